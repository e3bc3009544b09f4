import { createHmac, generateKeyPairSync } from 'node:crypto';
import { until } from '@diode/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askPatiently } from './lab/edge.js';
import { request, sendRaw } from './lab/raw-http.js';
import { without } from './lab/services.js';
import { EDGE, ISSUER, stack } from './lab/stack.js';
import { hydraAdmin, type TestClient, testClients } from './lab/test-client.js';

const project = stack();
const clients = testClients();
const PATH = '/api/v1/sync/status';
/** What a revoked token may go on: the promise of docs/security.md, and the time of one look. */
const REVOKED_WITHIN_MS = 16_000;

let client: TestClient;
let good: string;
let claims: Record<string, unknown>;
let header: Record<string, unknown>;

const part = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8'));
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const status = async (token: string): Promise<number> => (await askPatiently('GET', PATH, { token })).status;

beforeAll(async () => {
  client = await clients.make();
  good = await client.token();
  header = part(good, 0);
  claims = part(good, 1);
});

afterAll(() => clients.remove());

describe('a token of Hydra', () => {
  it('is a signed JWT, and lets in', async () => {
    expect(header).toMatchObject({ alg: 'RS256' });
    expect(await status(good)).toBe(200);
  });

  it('that has expired is refused', async () => {
    const brief = await clients.make();
    const lifespan = { client_credentials_grant_access_token_lifespan: '2s' };
    expect((await hydraAdmin('PUT', `/admin/clients/${brief.id}/lifespans`, lifespan)).status).toBe(200);
    const token = await brief.token();
    expect(await status(token)).toBe(200);
    // Clocks may differ by half a minute, but Hydra itself says when a token ends.
    await until(async () => (await status(token)) === 401, { timeoutMs: 35_000, message: 'the token has expired' });
  });

  it('that was revoked stops working within fifteen seconds', async () => {
    const token = await client.token();
    expect(await status(token)).toBe(200);
    const revoked = await fetch(`${ISSUER}/oauth2/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
      body: new URLSearchParams({ token }),
    });
    expect(revoked.status).toBe(200);
    await until(async () => (await status(token)) === 401, { timeoutMs: REVOKED_WITHIN_MS, message: 'it is refused' });
    expect(await status(good)).toBe(200);
  });

  it('of a client that was deleted stops working within fifteen seconds', async () => {
    const gone = await clients.make();
    const token = await gone.token();
    expect(await status(token)).toBe(200);
    expect((await hydraAdmin('DELETE', `/admin/clients/${gone.id}`)).status).toBe(204);
    await until(async () => (await status(token)) === 401, { timeoutMs: REVOKED_WITHIN_MS, message: 'it is refused' });
  });
});

describe('a token that is none of ours', () => {
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = (over: Record<string, unknown>, alg = 'RS256'): Promise<string> =>
    new SignJWT({ ...claims, ...over })
      .setProtectedHeader({ ...header, alg } as { alg: string })
      .sign(foreign.privateKey);

  it('is refused, whatever is wrong with it', async () => {
    const key = await (await fetch(`${EDGE}/.well-known/jwks.json`)).text();
    const unsigned = `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}`;
    const confused = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
    const tokens: Record<string, string> = {
      'signed by another key': await signed({}),
      'of another issuer': await signed({ iss: 'https://elsewhere.example' }),
      'without a signature': `${unsigned}.`,
      'with alg none and a signature': `${unsigned}.${good.split('.')[2]}`,
      'signed with the public key as a password': `${confused}.${createHmac('sha256', key).update(confused).digest('base64url')}`,
      'with claims of its own': [good.split('.')[0], encoded({ ...claims, scp: ['admin'] }), good.split('.')[2]].join(
        '.',
      ),
      'cut short': good.slice(0, -4),
      'opaque garbage': `ory_at_${'x'.repeat(43)}.${'y'.repeat(43)}`,
      'too long': 'x'.repeat(9_000),
      empty: '',
    };
    for (const [what, token] of Object.entries(tokens)) expect(await status(token), what).toBe(401);
  });

  it('is not looked for in the query, in a cookie, or twice in a header', async () => {
    expect((await askPatiently('GET', `${PATH}?access_token=${good}`)).status).toBe(401);
    expect((await askPatiently('GET', PATH, { headers: { cookie: `access_token=${good}` } })).status).toBe(401);
    const twice = ['Bearer nonsense', `Bearer ${good}`].map((value) => ['Authorization', value] as const);
    const { answers } = await sendRaw(request('GET', PATH, twice));
    expect(answers[0]?.status).toBe(400);
    const joined = [['Authorization', `Bearer nonsense, Bearer ${good}`] as const];
    expect((await sendRaw(request('GET', PATH, joined))).answers[0]?.status).toBe(401);
  });

  it('for another audience is refused; one without an audience is not', async () => {
    expect(claims.aud).toEqual([]);
    const other = await clients.make();
    await hydraAdmin('PATCH', `/admin/clients/${other.id}`, [
      { op: 'replace', path: '/audience', value: ['diode', 'billing'] },
    ]);
    const tokenFor = async (audience: string): Promise<string> => {
      const answer = await fetch(`${ISSUER}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${other.id}:${other.secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', audience }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    expect(await status(await tokenFor('diode'))).toBe(200);
    expect(await status(await tokenFor('billing'))).toBe(401);
  });
});

describe('the services behind', () => {
  /** From another container of the same network, past nginx. */
  const behind = async (url: string, ...headers: readonly string[]): Promise<string> => {
    const flags = headers.flatMap((one) => ['-H', one]);
    return project.exec('netbox-sim', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', ...flags, url);
  };

  it.each([
    ['diode-ingester', '/api/v1/ingest/devices', ['-X', 'POST']],
    ['diode-reconciler', PATH, []],
    ['diode-auth', '/diode/auth/clients', []],
  ])('%s verifies tokens itself and believes no identity header', async (service, path, method) => {
    const ask = (...headers: readonly string[]): Promise<string> =>
      project.exec(
        'netbox-sim',
        'curl',
        '-s',
        ...method,
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        ...headers.flatMap((one) => ['-H', one]),
        `http://${service}${path}`,
      );
    expect(await ask()).toBe('401');
    expect(await ask('X-Diode-Client-Id: diode-operator', 'X-Forwarded-User: admin', 'X-Auth-Request-User: a')).toBe(
      '401',
    );
    expect(await ask('Authorization: Bearer nonsense')).toBe('401');
    expect(await behind(`http://diode-reconciler${PATH}`, `Authorization: Bearer ${good}`)).toBe('200');
  });
});

describe('while a part is away', () => {
  it('Hydra: a new token cannot be judged, which is 503 and never 401; afterwards all is as before', async () => {
    const unseen = await client.token();
    await without(project, 'hydra', async () => {
      const answer = await askPatiently('GET', PATH, { token: unseen });
      expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      const known = await status(good);
      expect([200, 503]).toContain(known);
    });
    await until(async () => (await status(unseen)) === 200, { timeoutMs: 30_000, message: 'the token is good again' });
    expect(await status(good)).toBe(200);
  });

  it('its database: the same, although Hydra then calls every token inactive', async () => {
    const unseen = await client.token();
    await without(
      project,
      'postgres',
      async () => {
        const seen = new Set<number>();
        for (let i = 0; i < 3; i += 1) seen.add((await askPatiently('GET', PATH, { token: unseen })).status);
        expect([...seen].filter((one) => one < 500)).toEqual([]);
      },
      'stop',
    );
    await until(async () => (await status(unseen)) === 200, { timeoutMs: 60_000, message: 'the token is good again' });
  });

  it('diode-auth: nothing is let through', async () => {
    await without(project, 'diode-auth', async () => {
      const answer = await ask('GET', PATH, { token: good });
      expect(answer.status).toBeGreaterThanOrEqual(502);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    });
    expect(await status(good)).toBe(200);
  });
});
