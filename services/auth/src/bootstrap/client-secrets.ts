import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readKeptSecret, writeOwnerOnly } from '@diode/access';

/** The directory with one secret a client; ids are file names (CLIENT_ID), so none leads out of it. */
export interface ClientSecrets {
  read(clientId: string): Promise<string | undefined>;
  /** Old or new, never half of one. */
  write(clientId: string, secret: string): Promise<void>;
  remove(clientId: string): Promise<void>;
}

export function openClientSecrets(dir: string): ClientSecrets {
  return {
    read: (clientId) => readKeptSecret(dir, clientId),
    write: (clientId, secret) => writeOwnerOnly(join(dir, clientId), `${secret}\n`),
    remove: (clientId) => rm(join(dir, clientId), { force: true }),
  };
}
