import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadPolicy } from './load-policy.js';
import { formatMistakes } from './mistake.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'diode-policy-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it('a file that cannot be read is a mistake like any other, told with the rest', () => {
  writeFileSync(join(directory, 'sync-policies.yml'), Buffer.from([0x61, 0xff, 0xfe]));
  mkdirSync(join(directory, 'transformations.yml'));
  writeFileSync(join(directory, 'rate-limits.yml'), 'rate_limiting: 5\n');
  writeFileSync(join(directory, 'ingester.yml'), '#'.repeat(1024 * 1024 + 1));
  const loaded = loadPolicy(directory);
  expect(loaded.kind === 'invalid' ? formatMistakes(loaded.mistakes).split('\n') : []).toEqual([
    'ingester.yml: larger than 1048576 bytes',
    'sync-policies.yml: not UTF-8 text',
    'transformations.yml: cannot be read (EISDIR)',
    'rate-limits.yml:1:16 rate_limiting: must be a map of keys, and is the number 5',
  ]);
});

it('a YAML file nobody reads is told: most likely its name is mistyped', () => {
  writeFileSync(join(directory, 'sync-policy.yaml'), '');
  writeFileSync(join(directory, 'notes.txt'), '');
  const loaded = loadPolicy(directory);
  expect(loaded.kind === 'ok' ? loaded.warnings : []).toMatchObject([
    { file: 'sync-policy.yaml', message: 'this file is not read; did you mean "sync-policies.yml"?' },
  ]);
});

it('a mark at the start of a file and the line ends of Windows are no mistakes', () => {
  writeFileSync(
    join(directory, 'sync-policies.yml'),
    '\uFEFFsync_policies:\r\n  devices:\r\n    transformations:\r\n      name: uppercase\r\n',
  );
  const loaded = loadPolicy(directory);
  expect(loaded.kind === 'ok' ? loaded.rules : loaded.mistakes).toMatchObject([{ field: 'name', origin: { line: 4 } }]);
});
