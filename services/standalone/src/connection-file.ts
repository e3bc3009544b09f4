import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How the shell reaches a running standalone. The command line and quickstart.sh read it; mode 0600, because it holds secrets. */
export interface ConnectionFile {
  readonly pid: number;
  readonly url: string;
  readonly issuer_url: string;
  readonly issuer_admin_url: string;
  /** null when metrics are switched off. */
  readonly metrics_url: string | null;
  readonly netbox_url: string;
  /** Of the stand-in; null when the NetBox is one's own. */
  readonly netbox_token: string | null;
  readonly client_id: string;
  readonly client_secret: string;
  /** Every configured client with its secret: who may read this file may act as any of them. */
  readonly clients: Readonly<Record<string, string>>;
  readonly database_url: string;
  readonly redis_url: string;
}

const NAME = 'connection.json';

/** Whole or not at all: written beside, then renamed. */
export async function writeConnectionFile(dataDir: string, connection: ConnectionFile): Promise<void> {
  const path = join(dataDir, NAME);
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
  await rename(fresh, path);
}

export async function removeConnectionFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, NAME), { force: true });
}
