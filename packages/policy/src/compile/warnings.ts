import { objectType } from '@diode/catalogue';
import type { Origin } from '@diode/engine';
import type { PolicyWarning } from '../loaded-policy.js';
import type { Block } from './block.js';

/** What the files allow and may not mean: overlaps of mappings, defaults their own checks refuse. */
export function warningsOf(blocks: readonly Block[]): readonly PolicyWarning[] {
  return blocks.flatMap((block) => [...overlaps(block), ...refusedDefaults(block, blocks)]);
}

function overlaps(block: Block): PolicyWarning[] {
  const row = objectType(block.objectType);
  const found: PolicyWarning[] = [];
  const targets = new Map<string, string>();
  for (const { from, to, origin } of block.mappings) {
    const name = from.join('.');
    const field = from.length === 1 ? row?.fields.find((one) => one.name === name) : undefined;
    if (field !== undefined) {
      found.push(
        warning(
          origin,
          `"${name}" is a field of NetBox's ${row?.collection ?? ''} too: it is read as ${to} when ${to} is absent and the value has its shape, and keeps its own meaning otherwise`,
        ),
      );
    }
    const before = targets.get(to);
    if (before !== undefined)
      found.push(warning(origin, `"${before}" is read as ${to} as well; when both are sent, "${before}" is taken`));
    else targets.set(to, name);
  }
  return found;
}

function refusedDefaults(block: Block, all: readonly Block[]): PolicyWarning[] {
  const checks = all.filter((other) => other.objectType === block.objectType).flatMap((other) => other.checks);
  return block.defaults.flatMap(({ field, value, origin }) =>
    checks
      .filter((check) => check.field === field && value !== null && check.test(value) !== null)
      .map((check) => warning(origin, `this default does not pass ${check.origin.file}:${check.origin.line}`)),
  );
}

function warning(origin: Origin, message: string): PolicyWarning {
  return { file: origin.file, line: origin.line, key: origin.key, message };
}
