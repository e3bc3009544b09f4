import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SpawnedNode, spawnNode } from '@diode/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startFakeDiode } from './support/fake-diode.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let dir: string;
let diode: SpawnedNode | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode-interrupt-'));
});
afterEach(async () => {
  await diode?.kill();
  rmSync(dir, { recursive: true });
});

it('ends on Ctrl-C in the middle of a file with 130, says what was sent, and sends nothing more', async () => {
  const file = join(dir, 'sites.csv');
  writeFileSync(file, `name\n${Array.from({ length: 5_000 }, (_, i) => `s${i}\n`).join('')}`);
  await using fake = await startFakeDiode(async (_, nth) => {
    // The third answer never comes: the command has to end by itself.
    if (nth === 3) {
      diode?.kill('SIGINT');
      await new Promise(() => {});
    }
    return { status: 202, json: { sync_id: `sync-${nth}`, accepted: 500, refused: 0, errors: [] } };
  });
  const env = { DIODE_URL: fake.url, DIODE_CLIENT_ID: 'a', DIODE_CLIENT_SECRET: 'b' };
  diode = spawnNode(MAIN, ['ingest', file], env);
  expect(await diode.exited).toEqual({ code: 130, signal: null });
  expect(diode.stderr()).toContain('1000 entities were accepted before, in sync sync-1, sync-2.');
  expect(fake.requests).toHaveLength(3);
});

it('ends with the exit code of the command, output whole', async () => {
  await using fake = await startFakeDiode(() => ({ json: { text: 'x'.repeat(500_000) } }));
  const env = { DIODE_URL: fake.url, DIODE_CLIENT_ID: 'a', DIODE_CLIENT_SECRET: 'b' };
  diode = spawnNode(MAIN, ['get', '/x', '--json'], env);
  expect((await diode.exited).code).toBe(0);
  expect(JSON.parse(diode.stdout()).text).toHaveLength(500_000);
});
