import { afterEach, describe, expect, it } from 'vitest';
import { makeTransport, NetboxFault, type RequestSeen, type Transport, type TransportOptions } from '../src/index.js';
import { type Answer, cut, hang, html, json, type Peer, startPeer } from './peer.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function connect(
  answer: Answer,
  options: Partial<TransportOptions> = {},
): Promise<{ peer: Peer; transport: Transport }> {
  const peer = await startPeer(answer);
  const transport = makeTransport({
    url: peer.url,
    token: 'a'.repeat(40),
    timeoutMs: 2_000,
    maxConnections: 2,
    ...options,
  });
  open.push(peer, transport);
  return { peer, transport };
}

const get = (transport: Transport): Promise<unknown> => transport.call({ method: 'GET', path: 'dcim/sites' });
const post = (transport: Transport): Promise<unknown> =>
  transport.call({ method: 'POST', path: 'dcim/sites', body: [{ name: 'a' }] });

async function faultOf(call: Promise<unknown>): Promise<NetboxFault> {
  const error = await call.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(NetboxFault);
  return error as NetboxFault;
}

describe('asking NetBox', () => {
  it('keeps a path prefix, ends paths with a slash and does not mind an /api at the end', async () => {
    const { peer } = await connect(json(200, { results: [] }));
    for (const url of [`${peer.url}/netbox`, `${peer.url}/netbox/`, `${peer.url}/netbox/api/`]) {
      const transport = makeTransport({ url, token: 't', timeoutMs: 2_000, maxConnections: 1 });
      open.push(transport);
      await get(transport);
    }
    expect(peer.seen.map((one) => one.url)).toEqual(Array(3).fill('/netbox/api/dcim/sites/'));
  });

  it('says Token for version 1 and Bearer for version 2 tokens', async () => {
    const { peer, transport } = await connect(json(200, {}));
    await get(transport);
    const second = makeTransport({ url: peer.url, token: 'nbt_abc.def', timeoutMs: 2_000, maxConnections: 1 });
    open.push(second);
    await get(second);
    expect(peer.seen.map((one) => one.authorization)).toEqual([`Token ${'a'.repeat(40)}`, 'Bearer nbt_abc.def']);
  });

  it('gives a 400 as an answer, with the request id', async () => {
    const { transport } = await connect(json(400, { name: ['This field is required.'] }));
    expect(await post(transport)).toEqual({
      status: 400,
      json: { name: ['This field is required.'] },
      requestId: 'r-1',
    });
  });

  it('tells the metrics what became of each request', async () => {
    const seen: RequestSeen[] = [];
    const { peer, transport } = await connect(json(200, {}), { onRequest: (one) => void seen.push(one) });
    await get(transport);
    peer.answer = cut;
    await faultOf(get(transport));
    expect(seen.map((one) => one.outcome)).toEqual([200, 'unreachable']);
  });
});

describe('NetBox that cannot be asked', () => {
  it('names the setting when a page answers instead of the API', async () => {
    const { transport } = await connect(html(200, '<html><head><title>Log In | NetBox</title></head></html>'));
    const fault = await faultOf(get(transport));
    expect(fault.kind).toBe('away');
    expect(fault.detail).toContain('an HTML page ("Log In | NetBox")');
    expect(fault.detail).toContain('is DIODE_NETBOX_URL right?');
    expect(fault.retryAfterMs).toBeGreaterThan(0);
  });

  it('takes a proxy page with 502 for NetBox being away, and the write for possibly done', async () => {
    const { transport } = await connect(html(502, '<html><title>502 Bad Gateway</title></html>'));
    const fault = await faultOf(post(transport));
    expect(fault).toMatchObject({ kind: 'away', status: 502, mayHaveApplied: true });
  });

  it('does not follow a redirect: a POST would become a list', async () => {
    const { peer, transport } = await connect((_seen, response) => {
      response.writeHead(302, { location: '/login/', 'content-type': 'text/html' });
      response.end('');
    });
    expect(await faultOf(post(transport))).toMatchObject({ kind: 'away', status: 302, mayHaveApplied: false });
    expect(peer.seen).toHaveLength(1);
  });

  it('waits as long as a 429 says', async () => {
    const { transport } = await connect(json(429, { detail: 'slow down' }, { 'retry-after': '7' }));
    expect(await faultOf(post(transport))).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 7_000,
      mayHaveApplied: false,
    });
  });

  it('never fails work for a bad token', async () => {
    const { transport } = await connect(json(403, { detail: 'Invalid token' }));
    const fault = await faultOf(post(transport));
    expect(fault).toMatchObject({ kind: 'token', code: 'netbox_unavailable', mayHaveApplied: false });
    expect(fault.detail).toContain('DIODE_NETBOX_TOKEN');
  });

  it('gives a missing permission as an answer', async () => {
    const { transport } = await connect(json(403, { detail: 'You do not have permission to perform this action.' }));
    expect(await post(transport)).toMatchObject({ status: 403 });
  });

  it('knows a 500 that NetBox rolled back from one that may hide a write', async () => {
    const { peer, transport } = await connect(json(500, { error: 'deadlock detected', exception: 'OperationalError' }));
    expect(await faultOf(post(transport))).toMatchObject({ kind: 'broken', mayHaveApplied: false });
    peer.answer = json(500, { detail: 'oops' });
    expect(await faultOf(post(transport))).toMatchObject({ kind: 'away', mayHaveApplied: true });
  });

  it('counts a lost answer and a time-out as possibly done, a refused connection as not', async () => {
    const { peer, transport } = await connect(cut, { timeoutMs: 300 });
    expect(await faultOf(post(transport))).toMatchObject({ kind: 'away', mayHaveApplied: true, timedOut: false });
    peer.answer = hang;
    expect(await faultOf(post(transport))).toMatchObject({ kind: 'away', mayHaveApplied: true, timedOut: true });
    await peer.close();
    expect(await faultOf(post(transport))).toMatchObject({ kind: 'away', mayHaveApplied: false });
  });
});
