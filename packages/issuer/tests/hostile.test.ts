import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, startIssuer } from '@diode/issuer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let dataDir: string;
let issuer: Issuer;
const errors: unknown[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diode-issuer-'));
  const log = { info: () => undefined, warn: () => undefined, error: (keys: unknown) => void errors.push(keys) };
  const client = {
    client_id: 'lab',
    client_secret: 'the-secret-of-lab',
    grant_types: ['client_credentials'],
    scope: 'diode:ingest',
    token_endpoint_auth_method: 'client_secret_basic',
  } as const;
  issuer = await startIssuer({ dataDir, host: '127.0.0.1', port: 0, adminPort: 0, log, clients: [client] });
});
afterAll(async () => {
  await issuer.close();
  await rm(dataDir, { recursive: true });
});

/** By hand, because fetch will not send a Host header of one's own. */
function raw(
  base: string,
  path: string,
  method: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      new URL(path, base),
      { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

describe('the admin listener', () => {
  it.each([
    'evil.example',
    'evil.example:4445',
    '10.0.0.1',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '169.254.1.1:80',
  ])('answers no request whose Host is "%s" (DNS rebinding)', async (host) => {
    for (const path of ['/admin/clients', '/version', '/health/ready']) {
      const answer = await raw(issuer.adminUrl, path, 'GET', { host });
      expect(answer.status).toBeOneOf([400, 403]);
      expect(answer.text).not.toContain('lab');
    }
  });

  it.each(['localhost', 'localhost:4445', '127.0.0.1:1', '127.1.2.3', '[::1]:4445', 'LOCALHOST'])(
    'answers one whose Host is %s',
    async (host) => {
      expect((await raw(issuer.adminUrl, '/admin/clients', 'GET', { host })).status).toBe(200);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'changes nothing for a body of type "%s", which a web page could send across origins',
    async (type) => {
      const body = JSON.stringify({ client_id: 'planted', client_secret: 'planted-secret' });
      const headers = { host: 'localhost', ...(type === '' ? {} : { 'content-type': type }) };
      for (const [method, path] of [
        ['POST', '/admin/clients'],
        ['PUT', '/admin/clients/lab'],
        ['POST', '/admin/keys/x'],
      ] as const) {
        expect((await raw(issuer.adminUrl, path, method, headers, body)).status).toBe(415);
      }
      expect((await raw(issuer.adminUrl, '/admin/clients/planted', 'GET', { host: 'localhost' })).status).toBe(404);
    },
  );

  it('answers no preflight', async () => {
    const headers = { host: 'localhost', origin: 'https://evil.example', 'access-control-request-method': 'DELETE' };
    const answer = await raw(issuer.adminUrl, '/admin/clients/lab', 'OPTIONS', headers);
    expect(answer.status).toBe(404);
  });
});

describe('nothing a client can send', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('%', '%zz', '=', '&', 'a=%00', '__proto__=1', 'grant_type=client_credentials&scope=%FF'),
  );
  const safeHeader = fc.string({
    unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
    maxLength: 80,
  });

  it('to the token or the revocation endpoint makes a 5xx or gets a token', async () => {
    const call = fc.record({
      path: fc.constantFrom('/oauth2/token', '/oauth2/revoke'),
      authorization: fc.oneof(
        safeHeader,
        safeHeader.map((text) => `Basic ${text}`),
        fc.string({ unit: 'binary' }).map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
      ),
      body: fc.oneof(
        odd,
        odd.map(
          (text) =>
            `grant_type=client_credentials&client_id=lab&client_secret=${encodeURIComponent(text.toWellFormed())}`,
        ),
      ),
      type: fc.constantFrom(
        'application/x-www-form-urlencoded',
        'application/x-www-form-urlencoded; charset=x',
        'application/json',
        'text/plain',
        '',
      ),
    });
    await fc.assert(
      fc.asyncProperty(call, async ({ path, authorization, body, type }) => {
        const answer = await raw(
          issuer.publicUrl,
          path,
          'POST',
          { authorization, ...(type === '' ? {} : { 'content-type': type }) },
          body,
        );
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(answer.text).not.toContain('access_token');
      }),
      { numRuns: 120 },
    );
  });

  it('to the admin API makes a 5xx', async () => {
    const body = fc.oneof(
      odd,
      fc.json(),
      fc
        .array(
          fc.record({ op: fc.constantFrom('add', 'remove', 'test', 'move'), path: fc.string(), value: fc.jsonValue() }),
        )
        .map((patch) => JSON.stringify(patch)),
    );
    const call = fc.record({
      method: fc.constantFrom('POST', 'PUT', 'PATCH', 'GET', 'DELETE'),
      path: fc.constantFrom(
        '/admin/clients',
        '/admin/clients/nobody',
        '/admin/clients/nobody/lifespans',
        '/admin/keys/none',
        '/admin/keys/none/kid',
        '/admin/oauth2/introspect',
        '/admin/clients?page_size=-1&page_token=%7B',
        '/admin/clients/%00',
      ),
      body,
    });
    await fc.assert(
      fc.asyncProperty(call, async ({ method, path, body: text }) => {
        const answer = await raw(
          issuer.adminUrl,
          path,
          method,
          { host: 'localhost', 'content-type': 'application/json' },
          text,
        );
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });

  it('is logged as an error of ours', () => {
    expect(errors).toEqual([]);
  });
});
