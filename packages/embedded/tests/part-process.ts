import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SpawnedNode, type SpawnNodeOptions, spawnNode } from '@diode/testkit';
import pg from 'pg';
import { afterAll, afterEach } from 'vitest';
import {
  type RunningPart,
  type StartPostgresOptions,
  type StartRedisOptions,
  startPostgres,
  startRedis,
} from '../src/index.js';

const SCRIPT = fileURLToPath(new URL('./start-part.ts', import.meta.url));

export const quiet = { info: () => undefined, warn: () => undefined };
export const isRoot = process.getuid?.() === 0;
/** What a server started by us runs as. */
export const serverUid = isRoot ? 65534 : (process.getuid?.() ?? -1);

type Part = 'postgres' | 'redis';

export interface PartProcess extends SpawnedNode {
  readonly parts: Readonly<
    Partial<Record<Part, { readonly url: string; readonly kind: string; readonly pid: number | null }>>
  >;
}

/** Starts a part, or both (`postgres,redis`), in a Node of its own and waits until they run. */
export async function startInProcess(
  parts: Part | 'postgres,redis',
  options: object,
  as: SpawnNodeOptions = {},
): Promise<PartProcess> {
  const node = spawnNode(SCRIPT, [parts, JSON.stringify(options)], { HOME: '/nonexistent' }, as);
  const [, outcome = '', text = ''] = await node.line(/^(running|failed) (.*)$/);
  if (outcome === 'failed') throw new Error(text);
  const started = { ...node, parts: JSON.parse(text) };
  elsewhere.push(started);
  return started;
}

/** Starts a part here; what a failing test leaves running is stopped all the same. */
export async function postgresHere(options: Omit<StartPostgresOptions, 'log'>): Promise<RunningPart> {
  return kept(await startPostgres({ ...options, log: quiet }));
}

export async function redisHere(options: Omit<StartRedisOptions, 'log'>): Promise<RunningPart> {
  return kept(await startRedis({ ...options, log: quiet }));
}

const here: RunningPart[] = [];
const elsewhere: PartProcess[] = [];
const directories: string[] = [];

function kept(part: RunningPart): RunningPart {
  here.push(part);
  return part;
}

/** Call it after leakCheck(): hooks run last registered first. */
export function cleansUp(): void {
  afterEach(async () => {
    for (const part of here.splice(0)) await part.stop();
    for (const node of elsewhere.splice(0)) {
      await node.kill();
      for (const { pid } of Object.values(node.parts))
        if (pid !== null && isOurServer(pid)) process.kill(pid, 'SIGKILL');
    }
  });
  afterAll(() => {
    for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
}

function isOurServer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('diode-embedded-');
  } catch {
    return false;
  }
}

/** A directory others can enter, removed at the end of the file. */
export function scratch(owner = process.getuid?.() ?? -1): string {
  const dir = mkdtempSync(join(tmpdir(), 'diode-embedded-'));
  chmodSync(dir, 0o755);
  if (isRoot) chownSync(dir, owner, owner);
  directories.push(dir);
  return dir;
}

/** The user a process runs as. */
export function uidOf(pid: number | null): number {
  return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** One statement on a connection of its own: the rows. */
export async function sql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
