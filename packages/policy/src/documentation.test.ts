import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { keysOf } from './file-schemas.js';
import { POLICY_FILES } from './policy-files.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const page = readFileSync(path('../../../docs/policies.md'), 'utf8');

function rowsOf(file: string): readonly (readonly string[])[] {
  const section = page.split(`### ${file}\n`)[1]?.split('\n### ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '));
}

it.each(POLICY_FILES)(
  'docs/policies.md lists every key of %s, in order, with what it does and whether it has an effect',
  (file) => {
    const written = rowsOf(file).map((row) => row.slice(0, 3));
    expect(written).toEqual(
      keysOf(file).map(({ key, doc, comesWith }) => [
        `\`${key}\``,
        doc,
        comesWith === null ? 'yes' : `with ${comesWith}`,
      ]),
    );
  },
);

it('docs/policies.md names for each key a test there is', () => {
  const directories = ['.', '../../engine/src/prepare', '../../limits/src'].map((one) => path(`${one}/`));
  const tests = directories
    .flatMap((directory) =>
      readdirSync(directory)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFileSync(`${directory}${name}`, 'utf8')),
    )
    .join('\n');
  const missing = POLICY_FILES.flatMap(rowsOf)
    .map((row) => row[3] ?? '')
    .filter((title) => title === '' || !tests.includes(title));
  expect([...new Set(missing)]).toEqual([]);
});
