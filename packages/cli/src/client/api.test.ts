import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type FakeAnswer, type FakeDiode, type Handler, startFakeDiode } from '../../tests/support/fake-diode.js';
import { selfSigned } from '../../tests/support/self-signed.js';
import { CliError, EXIT } from '../exit-codes.js';
import { type Api, type ApiOptions, makeApi } from './api.js';

const CONNECTION = { clientId: 'diode-ingest', clientSecret: 's3cret/+&' };

function apiFor(diode: FakeDiode, o: ApiOptions = {}): { api: Api; pauses: number[] } {
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  return { api: makeApi({ url: diode.url, ...CONNECTION }, { pause, ...o }), pauses };
}

async function mistake(doing: Promise<unknown>): Promise<CliError> {
  const error = await doing.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(CliError);
  return error as CliError;
}

/** The answers in turn; the last one for ever. */
const inTurn =
  (...answers: FakeAnswer[]): Handler =>
  (_, nth) =>
    answers[Math.min(nth, answers.length) - 1] ?? {};

describe('tokens', () => {
  it('fetches one token for many requests, with the secret in the body as it is', async () => {
    await using diode = await startFakeDiode(() => ({ json: { ok: true } }));
    const { api } = apiFor(diode);
    for (let i = 0; i < 3; i += 1) expect((await api.request('GET', '/x')).body).toEqual({ ok: true });
    expect(diode.tokenRequests).toHaveLength(1);
    const form = new URLSearchParams(diode.tokenRequests[0]?.body);
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'diode-ingest',
      client_secret: 's3cret/+&',
      scope: 'read write',
    });
    expect(diode.requests.map((r) => r.headers.authorization)).toEqual(Array(3).fill('Bearer token-1'));
  });

  it('fetches another on 401, once, and repeats the request', async () => {
    await using diode = await startFakeDiode((r) =>
      r.headers.authorization === 'Bearer token-1' ? { status: 401 } : { json: { ok: true } },
    );
    expect((await apiFor(diode).api.request('GET', '/x')).status).toBe(200);
    await using refusing = await startFakeDiode(() => ({ status: 401, json: {} }));
    expect((await apiFor(refusing).api.request('GET', '/x')).status).toBe(401);
    expect(refusing.requests).toHaveLength(2);
  });

  it("asks for the scopes a client of the official wire holds, when it may not have the seed's", async () => {
    const onToken: Handler = (r) =>
      new URLSearchParams(r.body).get('scope') === 'diode:ingest'
        ? { json: { access_token: 't', scope: 'diode:ingest' } }
        : { status: 400, json: { error: 'invalid_scope' } };
    await using diode = await startFakeDiode(() => ({}), onToken);
    expect(await apiFor(diode).api.scopes()).toEqual(['diode:ingest']);
  });

  it('asks for admin only to decide, and names the remedy for a client without', async () => {
    await using diode = await startFakeDiode(() => ({}));
    expect(await apiFor(diode, { need: 'decide' }).api.scopes()).toContain('admin');
    await using refusing = await startFakeDiode(
      () => ({}),
      () => ({ status: 400, json: { error: 'invalid_scope' } }),
    );
    const error = await mistake(apiFor(refusing, { need: 'decide' }).api.request('POST', '/api/v1/mode'));
    expect(error.exitCode).toBe(EXIT.unreachable);
    expect(error.message).toContain('diode-operator');
  });

  it('says that a client is not accepted, without its secret', async () => {
    await using diode = await startFakeDiode(
      () => ({}),
      () => ({ status: 401, json: { error: 'invalid_client' } }),
    );
    const error = await mistake(apiFor(diode).api.request('GET', '/x'));
    expect(error.exitCode).toBe(EXIT.unreachable);
    expect(error.message).toContain('does not accept client "diode-ingest" (invalid_client)');
    expect(error.message).not.toContain('s3cret');
  });
});

describe('answers worth a retry', () => {
  it.each([429, 502, 503, 504])('asks again after %i, as late as Retry-After says', async (status) => {
    await using diode = await startFakeDiode(
      inTurn({ status, headers: { 'retry-after': '7' } }, { json: { ok: true } }),
    );
    const { api, pauses } = apiFor(diode);
    expect((await api.request('POST', '/x', { json: '{}', headers: { 'idempotency-key': 'k' } })).status).toBe(200);
    expect(pauses).toEqual([7_000]);
    expect(diode.requests.map((r) => [r.headers['idempotency-key'], r.body])).toEqual([
      ['k', '{}'],
      ['k', '{}'],
    ]);
  });

  it('asks again after a lost connection, with growing pauses', async () => {
    await using diode = await startFakeDiode(inTurn({ hangUp: true }, { hangUp: true }, { json: { ok: true } }));
    const { api, pauses } = apiFor(diode);
    expect((await api.request('GET', '/x')).status).toBe(200);
    expect(pauses).toHaveLength(2);
    for (const [i, ms] of pauses.entries()) {
      expect(ms).toBeGreaterThanOrEqual(100 * 2 ** i);
      expect(ms).toBeLessThanOrEqual(200 * 2 ** i);
    }
  });

  it('gives up on 503 after six times, in one sentence and exit 3', async () => {
    await using diode = await startFakeDiode(() => ({ status: 503, json: { title: 'The store is not reachable' } }));
    const error = await mistake(apiFor(diode).api.request('GET', '/x'));
    expect(error.exitCode).toBe(EXIT.unreachable);
    expect(error.message).toContain('HTTP 503, The store is not reachable');
    expect(diode.requests).toHaveLength(6);
  });

  it('is more patient with 429: Diode is well and works off what waits', async () => {
    const busy: FakeAnswer[] = Array.from({ length: 30 }, () => ({ status: 429, headers: { 'retry-after': '1' } }));
    await using diode = await startFakeDiode(inTurn(...busy, { json: { ok: true } }));
    expect((await apiFor(diode).api.request('GET', '/x')).status).toBe(200);
  });

  it('says that nobody listens', async () => {
    const diode = await startFakeDiode(() => ({}));
    await diode[Symbol.asyncDispose]();
    const error = await mistake(apiFor(diode).api.request('GET', '/x'));
    expect(error.exitCode).toBe(EXIT.unreachable);
    expect(error.message).toMatch(/cannot reach Diode at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED/);
  });
});

describe('answers that are final', () => {
  it.each([400, 403, 404, 413, 422, 500])('does not repeat a %i', async (status) => {
    await using diode = await startFakeDiode(() => ({ status, json: { detail: 'no' } }));
    expect(await apiFor(diode).api.request('POST', '/x', { json: '{}' })).toEqual({ status, body: { detail: 'no' } });
    expect(diode.requests).toHaveLength(1);
  });

  it('does not follow redirects with the token, nor take a page for an answer', async () => {
    for (const answer of [
      { text: '<html>Welcome</html>' },
      { status: 302, text: 'x', headers: { location: '/login' } },
    ]) {
      await using diode = await startFakeDiode(() => answer);
      const error = await mistake(apiFor(diode).api.request('GET', '/x'));
      expect(error.exitCode).toBe(EXIT.unreachable);
      expect(error.message).toContain('is this a Diode?');
      expect(diode.requests).toHaveLength(1);
    }
  });

  it('ends at once when interrupted, also while it waits', async () => {
    const controller = new AbortController();
    await using diode = await startFakeDiode(() => ({ status: 503, headers: { 'retry-after': '60' } }));
    const pause = async (_ms: number, signal?: AbortSignal): Promise<void> => {
      controller.abort();
      signal?.throwIfAborted();
    };
    const error = await mistake(apiFor(diode, { pause, signal: controller.signal }).api.request('GET', '/x'));
    expect(error.exitCode).toBe(EXIT.interrupted);
    expect(diode.requests).toHaveLength(1);
  });
});

describe('a private CA', () => {
  it('is trusted for tokens and for requests when it is named, and not otherwise', async () => {
    const tls = selfSigned();
    const server = createServer(tls, (_, response) => response.end('{"access_token":"t","scope":"read write"}'));
    await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const api = makeApi({ url, ...CONNECTION, ca: tls.cert });
      expect((await api.request('GET', '/x')).status).toBe(200);
      const error = await mistake(makeApi({ url, ...CONNECTION }, { pause: async () => {} }).scopes());
      expect(error).toMatchObject({ exitCode: EXIT.unreachable, message: expect.stringMatching(/self-signed/) });
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
});
