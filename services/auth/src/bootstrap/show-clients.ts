import { z } from 'zod';
import { checkId, unknownClient } from './change-clients.js';
import type { BootstrapContext } from './context.js';

/** The secret a client has by the configuration or by its file. */
export async function show(c: BootstrapContext, clientId: string): Promise<void> {
  checkId(clientId);
  const kept = await c.secrets.read(clientId);
  const configured = c.demo || kept === undefined ? (await c.configured()).has(clientId) : false;
  const secret = configured ? (await c.seeds()).find((seed) => seed.client_id === clientId)?.client_secret : kept;
  if (secret === undefined) throw unknownClient(clientId);
  c.out(secret);
}

const listed = z.object({
  client_id: z.string(),
  client_name: z.string().nullish(),
  scope: z.string().nullish(),
  token_endpoint_auth_method: z.string().nullish(),
  metadata: z.object({ sources: z.array(z.string()).optional() }).nullish(),
});

/** Every client Hydra has, by id. No secret. */
export async function list(c: BootstrapContext, o: { readonly json: boolean }): Promise<void> {
  const clients = (await c.hydra.list())
    .map((client) => listed.parse(client))
    .map((client) => ({
      client_id: client.client_id,
      client_name: client.client_name ?? '',
      scope: client.scope ?? '',
      token_endpoint_auth_method: client.token_endpoint_auth_method ?? '',
      sources: client.metadata?.sources ?? null,
    }))
    .sort((a, b) => (a.client_id < b.client_id ? -1 : 1));
  if (o.json) return c.out(JSON.stringify(clients, null, 2));
  const rows = clients.map((client) => [
    client.client_id,
    client.client_name,
    client.scope,
    client.token_endpoint_auth_method,
    client.sources === null ? 'any' : client.sources.join(','),
  ]);
  for (const line of table([['ID', 'NAME', 'SCOPE', 'METHOD', 'SOURCES'], ...rows])) c.out(line);
}

/** Columns as wide as their widest cell. A name is somebody's choice, so what would move a terminal's cursor is taken out. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const clean = rows.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, ' ')));
  const widths = (clean[0] ?? []).map((_cell, column) => Math.max(...clean.map((row) => row[column]?.length ?? 0)));
  return clean.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
