import { randomUUID } from 'node:crypto';

/** An issuer to hold to Hydra's behaviour: ours, or a real Hydra with JWT access tokens. */
export interface Target {
  readonly publicUrl: string;
  readonly adminUrl: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Parsed only where a test looks.
  json<T = Record<string, unknown>>(): T;
}

export interface MadeClient {
  readonly id: string;
  readonly secret: string;
}

/** The calls Diode makes, named. Each test makes clients of its own, so the suite can run against a Hydra in use. */
export function driver(target: Target) {
  const call = async (url: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
  const basic = (client: MadeClient): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
  });
  const admin = (method: string, path: string, body?: unknown): Promise<Answer> =>
    call(`${target.adminUrl}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { 'content-type': 'application/json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
    });

  return {
    call,
    form,
    basic,
    admin,
    public: (path: string, init?: RequestInit) => call(`${target.publicUrl}${path}`, init),
    async client(fields: Record<string, unknown> = {}): Promise<MadeClient> {
      const made = await admin('POST', '/admin/clients', {
        client_id: `it-${randomUUID()}`,
        client_secret: 'a-secret.of~tests_1',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_basic',
        scope: 'diode:ingest diode:read',
        audience: ['diode'],
        ...fields,
      });
      const { client_id, client_secret } = made.json<{ client_id: string; client_secret: string }>();
      return { id: client_id, secret: client_secret };
    },
    token: (client: MadeClient, fields: Record<string, string> = {}): Promise<Answer> =>
      call(`${target.publicUrl}/oauth2/token`, form({ grant_type: 'client_credentials', ...fields }, basic(client))),
    async accessToken(client: MadeClient, fields: Record<string, string> = {}): Promise<string> {
      const answer = await this.token(client, fields);
      return answer.json<{ access_token: string }>().access_token;
    },
    introspect: async (token: string, fields: Record<string, string> = {}) => {
      const answer = await call(`${target.adminUrl}/admin/oauth2/introspect`, form({ token, ...fields }));
      return answer.json<{ active: boolean } & Record<string, unknown>>();
    },
  };
}

export type Driver = ReturnType<typeof driver>;
