import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientSeed, Issuer, IssuerOptions } from '@diode/issuer';

export interface TestIssuer extends Issuer {
  /** `writer` may ingest and read, `reader` read only, `operator` everything; more if the options name some. */
  readonly clients: readonly ClientSeed[];
  /**
   * A fresh access token by client credentials, as a client would get it.
   *
   * @throws Error with the issuer's answer when it gives none
   */
  token(clientId: string, wanted?: { readonly scope?: string; readonly audience?: string }): Promise<string>;
}

export interface TestIssuerOptions extends Partial<Pick<IssuerOptions, 'algorithm' | 'tokenTtlS' | 'issuerUrl'>> {
  readonly clients?: readonly ClientSeed[];
}

const SCOPES = {
  writer: 'write read diode:ingest diode:read',
  reader: 'read diode:read',
  operator: 'admin write read diode:ingest diode:read diode:write',
};

/** The real issuer on free ports of loopback, its state in a directory that `close()` removes. */
export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { startIssuer } = await import('@diode/issuer');
  const { clients: more = [], ...rest } = options;
  const clients = [...Object.entries(SCOPES).map(([id, scope]) => makeClient(id, scope)), ...more];
  const dataDir = await mkdtemp(join(tmpdir(), 'diode-issuer-'));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const issuer = await startIssuer({ dataDir, host: '127.0.0.1', port: 0, adminPort: 0, log: quiet, clients, ...rest });
  return {
    publicUrl: issuer.publicUrl,
    adminUrl: issuer.adminUrl,
    issuerUrl: issuer.issuerUrl,
    clients,
    token: (clientId, wanted = {}) => fetchToken(issuer.publicUrl, find(clients, clientId), wanted),
    close: async () => {
      await issuer.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function makeClient(id: string, scope: string): ClientSeed {
  return {
    client_id: id,
    client_secret: randomBytes(16).toString('hex'),
    grant_types: ['client_credentials'],
    scope,
    token_endpoint_auth_method: 'client_secret_basic',
  };
}

function find(clients: readonly ClientSeed[], id: string): ClientSeed {
  const client = clients.find((one) => one.client_id === id);
  if (!client) throw new Error(`There is no test client ${id}`);
  return client;
}

async function fetchToken(
  publicUrl: string,
  client: ClientSeed,
  wanted: { readonly scope?: string; readonly audience?: string },
): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...wanted });
  const headers: Record<string, string> = {};
  if (client.token_endpoint_auth_method === 'client_secret_post') {
    form.set('client_id', client.client_id);
    form.set('client_secret', client.client_secret);
  } else {
    const pair = [client.client_id, client.client_secret].map(encodeURIComponent).join(':');
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const answer = await fetch(`${publicUrl}/oauth2/token`, {
    method: 'POST',
    body: form,
    headers,
    signal: AbortSignal.timeout(10_000),
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body && 'access_token' in body && typeof body.access_token === 'string') {
    return body.access_token;
  }
  throw new Error(`No token for ${client.client_id}: ${answer.status} ${JSON.stringify(body)}`);
}
