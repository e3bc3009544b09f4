import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('docs/dependencies.md', () => {
  it('has a line for every package that is installed, and no other', () => {
    const files = [
      'package.json',
      ...['packages', 'services'].flatMap((dir) =>
        readdirSync(new URL(dir, ROOT)).map((name) => `${dir}/${name}/package.json`),
      ),
    ];
    const used = files.flatMap((file) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file)) as Record<
        string,
        Record<string, string>
      >;
      return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    });
    const rows = read('docs/dependencies.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const listed = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((m) => m[1]));
    expect([...listed].sort()).toEqual([...new Set(used.filter((name) => !name.startsWith('@diode/')))].sort());
  });
});
