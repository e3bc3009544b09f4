import { DiodeError } from '@diode/protocol';

/**
 * What has no default in a process of its own: gives the values when all are set, by the name of their variable.
 * @throws DiodeError config_invalid with one item for each that is missing, all at once
 */
export function demand<const K extends string>(
  values: Readonly<Record<K, string | null>>,
): Readonly<Record<K, string>> {
  const set: Partial<Record<K, string>> = {};
  const missing: K[] = [];
  for (const name of Object.keys(values) as K[]) {
    const value = values[name];
    if (value === null) missing.push(name);
    else set[name] = value;
  }
  if (missing.length === 0) return set as Record<K, string>;
  throw new DiodeError('config_invalid', {
    detail: missing.map((name) => `${name} is not set`).join('; '),
    errors: missing.map((name) => ({
      pointer: `/env/${name}`,
      code: 'config_invalid',
      detail: `${name} is not set`,
      remedy: `Set ${name} as .env.example explains.`,
    })),
  });
}
