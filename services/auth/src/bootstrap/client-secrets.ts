import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readKeptSecret, SECRETS_FROM_ENV, writeOwnerOnly } from '@diode/access';

/** The directory with one secret a client; ids are file names (CLIENT_ID), so none leads out of it. */
export interface ClientSecrets {
  read(clientId: string): Promise<string | undefined>;
  /** Old or new, never half of one. */
  write(clientId: string, secret: string): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** Does `.env` give it? Then each start brings that one back (diode-init says which). */
  isFromEnvironment(clientId: string): Promise<boolean>;
}

export function openClientSecrets(dir: string): ClientSecrets {
  return {
    read: (clientId) => readKeptSecret(dir, clientId),
    write: (clientId, secret) => writeOwnerOnly(join(dir, clientId), `${secret}\n`),
    remove: (clientId) => rm(join(dir, clientId), { force: true }),
    isFromEnvironment: async (clientId) => (await lines(join(dir, SECRETS_FROM_ENV))).includes(clientId),
  };
}

/** None where there is no such file: the standalone has none. */
async function lines(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
