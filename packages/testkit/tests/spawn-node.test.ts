import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { spawnNode } from '../src/index.js';

const dir = await mkdtemp(join(tmpdir(), 'diode-spawn-'));
afterAll(() => rm(dir, { recursive: true }));

async function script(text: string): Promise<string> {
  const file = join(dir, 'script.ts');
  await writeFile(file, text);
  return file;
}

test('a TypeScript file runs with its arguments and environment, until it is killed', async () => {
  const file = await script(`
    const name: string = process.argv[2] ?? '';
    console.log('hello ' + name + ' ' + process.env.COLOUR);
    setInterval(() => undefined, 1000);
  `);
  const node = spawnNode(file, ['world'], { COLOUR: 'blue' });
  expect((await node.line(/^hello (.*)$/))[1]).toBe('world blue');
  expect(await node.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await node.kill()).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a line that never comes fails with what was said instead', async () => {
  const node = spawnNode(await script(`console.error('no such thing'); process.exitCode = 3;`));
  await expect(node.line(/^hello/)).rejects.toThrow(/no such thing/);
  expect(await node.exited).toEqual({ code: 3, signal: null });
});
