import type { FieldRow } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';

/** The raw value, taken without regard to case; NetBox's own `{value, label}` as well. */
export function normalizeChoice(field: FieldRow, value: JsonValue): Normalized {
  const raw = isJsonObject(value) && value.value !== undefined ? value.value : value;
  const choices = field.choices ?? [];
  if (typeof raw === 'string' || typeof raw === 'number') {
    if (choices.includes(raw)) return normal(raw);
    const folded = String(raw).trim().toLowerCase();
    if (folded === '' && field.nullable === true) return normal(null);
    const found = choices.find((choice) => String(choice).toLowerCase() === folded);
    if (found !== undefined) return normal(found);
  }
  return invalid(`${excerpt(value)} is not one of NetBox's choices`, `Send one of: ${shown(choices)}.`);
}

function shown(choices: readonly (string | number)[]): string {
  return choices.length <= 20 ? choices.join(', ') : `${choices.slice(0, 20).join(', ')}, … (${choices.length} in all)`;
}
