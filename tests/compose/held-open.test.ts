import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './lab/edge.js';
import { request, sendRaw } from './lab/raw-http.js';
import { EDGE, EDGE_PORT, ISSUER, stack } from './lab/stack.js';
import { type TestClient, testClients } from './lab/test-client.js';

const clients = testClients();
let client: TestClient;
const sockets: Socket[] = [];

beforeAll(async () => {
  client = await clients.make();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await clients.remove();
});

/** A request whose body never ends: the connection, with the head sent and the first bytes of the body. */
async function hold(port: string, path: string, headers: Record<string, string>): Promise<Socket> {
  const socket = connect({ host: 'localhost', port: Number(port) });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\ngrant_type=`);
  return socket;
}

const endsOfNginx = async (): Promise<string> => {
  const id = (await stack().compose('ps', '-q', 'ingress-nginx')).trim();
  return stack().docker('inspect', '-f', '{{.RestartCount}} {{.State.OOMKilled}}', id);
};

describe('requests that are held open', () => {
  it.each([
    '/health',
    '/health/auth',
    '/health/ingester',
    '/health/reconciler',
    '/.well-known/jwks.json',
    '/api/v1/openapi.json',
    '/api/docs',
  ])('%s, open to all, takes no body', async (path) => {
    expect((await ask('POST', path, { body: 'x' })).status).toBe(405);
    const length: [string, string] = ['Content-Length', '26000000'];
    const { answers } = await sendRaw(request('GET', path, [length]), { quietMs: 1_000 });
    expect(answers.map((answer) => answer.status)).toEqual([413]);
  });

  it.each([
    ['the issuer', ISSUER, '/oauth2/token'],
    ['the front door', EDGE, '/diode/auth/token'],
  ])('take no token from others at %s', async (_, base, path) => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '60000' };
    const held = await Promise.all(Array.from({ length: 20 }, () => hold(new URL(base).port, path, headers)));
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' });
    for (let i = 0; i < 5; i += 1) {
      const answer = await fetch(`${base}${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}` },
        body,
      });
      expect(answer.status).toBe(200);
    }
    for (const socket of held) socket.destroy();
  });

  it('do not fill the memory of nginx: the fifth large body of one address is told to wait, small ones go by', async () => {
    const before = await endsOfNginx();
    const token = await client.token();
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': '25000000',
      Authorization: `Bearer ${token}`,
    };
    await Promise.all(Array.from({ length: 4 }, () => hold(EDGE_PORT, '/api/v1/ingest', headers)));
    const bearer: [string, string] = ['Authorization', `Bearer ${token}`];
    const fifth = request('POST', '/api/v1/ingest', [bearer, ['Content-Length', '25000000']]);
    const { answers } = await sendRaw(fifth, { quietMs: 2_000 });
    expect(answers.map((answer) => answer.status)).toEqual([429]);
    expect(answers[0]?.headers).toContainEqual(['retry-after', '1']);
    const body = { source: 'held', entities: [{ object_type: 'dcim.site', data: { name: 'Held Open' } }] };
    expect((await ask('POST', '/api/v1/ingest', { token, json: body })).status).toBe(202);
    expect(await endsOfNginx()).toEqual(before);
  });
});

describe('Hydra', () => {
  it('answers as many token requests as two nginx and two diode-auth let through at once', async () => {
    const script = `
      const basic = 'Basic ' + Buffer.from(process.argv[1] + ':' + process.argv[2]).toString('base64');
      const one = () => fetch('http://hydra:4444/oauth2/token', { method: 'POST', headers: { authorization: basic },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }), signal: AbortSignal.timeout(20000) })
        .then((r) => r.status, (e) => e.name);
      Promise.all(Array.from({ length: 40 }, one)).then((all) => console.log(JSON.stringify([...new Set(all)])));`;
    const said = await stack().exec('diode-auth', 'node', '-e', script, client.id, client.secret);
    expect(JSON.parse(said)).toEqual([200]);
  });
});
