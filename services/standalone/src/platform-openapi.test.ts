import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { API_TAGS, VERSION } from '@diode/protocol';
import { expect, it } from 'vitest';
import { platformOpenApi } from './platform-openapi.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly responses: object;
}

it('names every operation once and puts each into a chapter', () => {
  const { paths, tags } = JSON.parse(JSON.stringify(platformOpenApi())) as {
    paths: Record<string, Record<string, Operation>>;
    tags: { name: string }[];
  };
  const operations = Object.values(paths).flatMap((item) =>
    Object.entries(item).flatMap(([key, value]) => (key === 'parameters' ? [] : [value])),
  );
  const ids = operations.map((one) => one.operationId);
  expect(ids).not.toContain(undefined);
  expect(new Set(ids).size).toBe(ids.length);
  expect(operations.filter((one) => one.tags?.length !== 1)).toEqual([]);
  expect(new Set(operations.map((one) => one.tags?.[0]))).toEqual(new Set(Object.keys(API_TAGS)));
  expect(tags.map((tag) => tag.name)).toEqual(Object.keys(API_TAGS));
});

it('is what the build writes to a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'diode openapi-'));
  const file = join(folder, 'a', 'openapi.json');
  const args = ['--import', 'tsx', '--conditions=diode-source', 'scripts/build-openapi.ts', file];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(platformOpenApi())));
  await rm(folder, { recursive: true });
});

it('carries the version of the repository', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});
