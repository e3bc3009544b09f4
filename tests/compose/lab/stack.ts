import { inject } from 'vitest';
import { openProject, type Project } from './compose.js';

export const PROJECT = process.env.DIODE_TEST_PROJECT ?? 'diode-test';

declare module 'vitest' {
  interface ProvidedContext {
    /** The checkout from which the stack of these tests was brought up. */
    composeCheckout: string;
  }
}

const port = (name: string, usual: number): string => process.env[name] ?? String(usual);

/** The running stack: on the default ports, because the seed's files name them, unless the environment says otherwise. */
export const EDGE_PORT = port('DIODE_PORT', 8080);
export const TLS_PORT = port('DIODE_TLS_PORT', 8443);
export const EDGE = `http://localhost:${EDGE_PORT}`;
export const EDGE_TLS = `https://localhost:${TLS_PORT}`;
export const ISSUER = `http://localhost:${port('DIODE_ISSUER_PORT', 4444)}`;
export const ISSUER_ADMIN = `http://localhost:${port('DIODE_ISSUER_ADMIN_PORT', 4445)}`;
export const NETBOX = `http://localhost:${port('DIODE_NETBOX_SIM_PORT', 8000)}`;
export const METRICS = {
  reconciler: `http://localhost:${port('DIODE_METRICS_PORT', 9090)}/metrics`,
  ingester: `http://localhost:${port('DIODE_INGESTER_METRICS_PORT', 9091)}/metrics`,
  auth: `http://localhost:${port('DIODE_AUTH_METRICS_PORT', 9092)}/metrics`,
};

export function stack(): Project {
  return openProject({ dir: inject('composeCheckout'), name: PROJECT });
}

/** What a client's secret is, as an operator finds it out. */
export async function clientSecret(project: Project, clientId: string): Promise<string> {
  const out = await project.compose(
    'run',
    '--rm',
    '-T',
    '--no-deps',
    'diode-auth-bootstrap',
    'node',
    'services/auth/dist/bootstrap-main.js',
    'show',
    clientId,
  );
  return out.trim();
}

export interface TokenRequest {
  readonly clientId: string;
  readonly secret: string;
  readonly scope?: string;
  readonly url?: string;
}

/** A token of Hydra, through nginx. */
export async function fetchToken(o: TokenRequest): Promise<string> {
  const response = await fetch(o.url ?? `${ISSUER}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${o.clientId}:${o.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: o.scope ?? 'read write' }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`no token: ${response.status} ${text}`);
  return (JSON.parse(text) as { access_token: string }).access_token;
}

/** A client of a test, made at Hydra's admin API. */
export async function makeClient(o: {
  readonly clientId: string;
  readonly secret: string;
  readonly scope?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}): Promise<void> {
  await fetch(`${ISSUER_ADMIN}/admin/clients/${o.clientId}`, { method: 'DELETE' });
  const response = await fetch(`${ISSUER_ADMIN}/admin/clients`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: o.clientId,
      client_secret: o.secret,
      grant_types: ['client_credentials'],
      scope: o.scope ?? 'read write',
      audience: ['diode'],
      token_endpoint_auth_method: 'client_secret_basic',
      ...(o.metadata === undefined ? {} : { metadata: o.metadata }),
    }),
  });
  if (response.status !== 201) throw new Error(`client ${o.clientId}: ${response.status} ${await response.text()}`);
}
