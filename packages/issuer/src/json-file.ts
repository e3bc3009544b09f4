import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DiodeError } from '@diode/protocol';
import type { z } from 'zod';

/** State that survives kill -9: one JSON document, written beside itself, synced and renamed over. Owner-only (0600). */
export interface JsonFile<T> {
  readonly value: T;
  /** Takes effect in memory at once; resolves when a write that holds it is on disk. Concurrent calls share a write. */
  replace(next: T): Promise<void>;
}

/** Throws DiodeError `config_invalid` when the file is there and is not what it should be. */
export async function openJsonFile<S extends z.ZodType>(
  path: string,
  schema: S,
  initial: z.infer<S>,
): Promise<JsonFile<z.infer<S>>> {
  let value = (await load(path, schema)) ?? initial;
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;

  const save = (): Promise<void> => {
    queued ??= (async () => {
      await writing.catch(() => undefined);
      queued = undefined;
      writing = writeOwnerOnly(path, JSON.stringify(value));
      await writing;
    })();
    return queued;
  };
  return {
    get value() {
      return value;
    },
    replace(next) {
      value = next;
      return save();
    },
  };
}

async function load<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  await chmod(path, 0o600);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DiodeError('config_invalid', { detail: `${path} cannot be read; restore it or move it away.`, cause });
  }
}

/** Atomic replacement of a file only its owner may read. Its directory is made 0700 when missing. */
export async function writeOwnerOnly(path: string, text: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const beside = join(directory, `.${path.slice(directory.length + 1)}.new`);
  const file = await open(beside, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const parent = await open(directory, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}
