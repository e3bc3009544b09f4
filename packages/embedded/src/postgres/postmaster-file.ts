import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a running server writes about itself into its data directory (Postgres' miscadmin.h, LOCK_FILE_LINE_*). */
export interface PostmasterFile {
  readonly pid: number;
  /** 0 until the server has got that far. */
  readonly port: number;
  readonly ready: boolean;
}

/** Null when there is no such file, or nothing legible in it yet. */
export async function readPostmasterFile(dataDir: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Math.abs(Number(lines[0] ?? ''));
  if (!Number.isInteger(pid) || pid === 0) return null;
  return { pid, port: Number(lines[3] ?? 0) || 0, ready: lines[7] === 'ready' };
}
