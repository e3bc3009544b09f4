import { randomUUID } from 'node:crypto';
import { fetchToken, ISSUER_ADMIN, makeClient } from './stack.js';

/** Clients of one test file, gone with it. */
export interface TestClients {
  make(scope?: string, metadata?: Readonly<Record<string, unknown>>): Promise<TestClient>;
  remove(): Promise<void>;
}

export interface TestClient {
  readonly id: string;
  readonly secret: string;
  /** A new token, by way of Hydra's public door. */
  token(scope?: string): Promise<string>;
}

export const ALL_SCOPES = 'read write diode:ingest diode:read admin diode:write';

export function testClients(): TestClients {
  const ids: string[] = [];
  return {
    async make(scope = ALL_SCOPES, metadata) {
      const id = `test-${randomUUID()}`;
      const secret = randomUUID();
      ids.push(id);
      await makeClient({ clientId: id, secret, scope, ...(metadata === undefined ? {} : { metadata }) });
      return { id, secret, token: (asked = scope) => fetchToken({ clientId: id, secret, scope: asked }) };
    },
    async remove() {
      for (const id of ids.splice(0)) await hydraAdmin('DELETE', `/admin/clients/${id}`);
    },
  };
}

/** One call of Hydra's admin API. */
export async function hydraAdmin(method: string, path: string, json?: unknown): Promise<Response> {
  return fetch(`${ISSUER_ADMIN}${path}`, {
    method,
    ...(json === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(15_000),
  });
}
