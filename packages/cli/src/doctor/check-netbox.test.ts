import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../tests/support/self-signed.js';
import { checkNetbox, type NetboxToCheck } from './check-netbox.js';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const STATUS = { 'django-version': '5', 'netbox-version': '4.4.10' };
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function netbox(listener: RequestListener, tls?: { cert: string; key: string }): Promise<string> {
  const server = tls === undefined ? createPlain(listener) : createTls(tls, listener);
  await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer =
  (o: { status?: number; json?: unknown; text?: string; date?: string; location?: string }): RequestListener =>
  (_, response) => {
    response.writeHead(o.status ?? 200, {
      date: o.date ?? new Date(NOW).toUTCString(),
      ...(o.location === undefined ? {} : { location: o.location }),
    });
    response.end(o.text ?? JSON.stringify(o.json ?? STATUS));
  };

const check = (o: Pick<NetboxToCheck, 'url'> & Partial<NetboxToCheck>) =>
  checkNetbox({ token: 'token', caFile: null, nowMs: () => NOW, ...o });

/** Every failure must say what to do. */
async function failure(o: Pick<NetboxToCheck, 'url'> & Partial<NetboxToCheck>): Promise<string> {
  const bad = (await check(o)).filter((f) => !f.ok);
  expect(bad).toHaveLength(1);
  expect(bad[0]?.remedy).not.toBe('');
  return `${bad[0]?.check}: ${bad[0]?.detail} ${bad[0]?.remedy}`;
}

describe('doctor asks NetBox', () => {
  it('is content with a new enough version and a clock that agrees', async () => {
    const seen: (string | undefined)[] = [];
    const url = await netbox((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      answer({})(request, response);
    });
    expect((await check({ url: `${url}/netbox/` })).map((f) => [f.ok, f.detail])).toEqual([
      [true, 'version 4.4.10'],
      [true, "within 0 s of this machine's"],
    ]);
    await check({ url, token: 'nbt_abc.def' });
    await check({ url, token: null });
    expect(seen).toEqual([
      '/netbox/api/status/ Token token',
      '/api/status/ Bearer nbt_abc.def',
      '/api/status/ undefined',
    ]);
  });

  it.each(['4.1.11', '3.7.8', '4.0', ''])('finds version "%s" too old or not readable', async (version) => {
    const url = await netbox(answer({ json: { 'netbox-version': version } }));
    expect(await failure({ url })).toContain('4.2 or newer');
  });

  it('tells a refused token from one that is missing', async () => {
    const url = await netbox(answer({ status: 403, json: { detail: 'Invalid token' } }));
    expect(await failure({ url })).toContain('Make a token in NetBox');
    expect(await failure({ url, token: null })).toContain('Set DIODE_NETBOX_TOKEN');
    expect(await failure({ url, token: 'top-secret' })).not.toContain('top-secret');
  });

  it('sees that the URL is not where /api begins', async () => {
    for (const o of [
      { text: '<html>Welcome</html>' },
      { status: 404, text: 'nope' },
      { json: { hello: 1 } },
      { json: [] },
    ])
      expect(await failure({ url: await netbox(answer(o)) })).toContain('must end where /api begins');
    const moved = await netbox(answer({ status: 301, location: 'https://elsewhere/' }));
    expect(await failure({ url: moved })).toContain('mind https');
    expect(await failure({ url: await netbox(answer({ status: 502, text: 'bad gateway' })) })).toContain('HTTP 502');
  });

  it('sees clocks that differ, and which way', async () => {
    const url = await netbox(answer({ date: new Date(NOW + 90_000).toUTCString() }));
    expect(await failure({ url })).toMatch(/clock of NetBox: 90 s ahead of this machine's.*NTP/);
  });

  it('finds a NetBox below a prefix, or above the page whose address was given, and says how to write it', async () => {
    const url = await netbox((request, response) => {
      const path = request.url ?? '';
      if (path === '/netbox/api/status/') answer({})(request, response);
      else if (path === '/') answer({ status: 302, location: '/netbox/login/?next=/netbox/' })(request, response);
      else answer({ status: 404, text: 'nope' })(request, response);
    });
    const remedy = `Set DIODE_NETBOX_URL=${url}/netbox`;
    expect(await failure({ url })).toMatch(new RegExp(`${remedy}$`));
    expect(await failure({ url: `${url}/netbox/dcim/sites` })).toMatch(new RegExp(`${remedy}$`));
  });

  it('leaves out an /api at the end as Diode does, and minds it', async () => {
    const url = await netbox(answer({}));
    const findings = await check({ url: `${url}/api/` });
    expect(findings.every((f) => f.ok)).toBe(true);
    expect(findings).toContainEqual(expect.objectContaining({ warn: true, remedy: `Write it without: ${url}` }));
  });

  it('names the types the token may not write, and those this NetBox has not', async () => {
    const url = await netbox((request, response) => {
      if (request.method !== 'OPTIONS') return answer({})(request, response);
      if (request.url === '/api/dcim/mac-addresses/') return answer({ status: 404, json: {} })(request, response);
      const mayNot = ['/api/dcim/sites/', '/api/ipam/vlans/'].includes(request.url ?? '');
      return answer({ json: { actions: mayNot ? {} : { POST: {} } } })(request, response);
    });
    expect(await failure({ url, permissions: true })).toMatch(/may not write dcim\.site, ipam\.vlan .*permission/);
    const minded = (await check({ url, permissions: true })).filter((f) => f.warn === true);
    expect(minded.map((f) => f.detail)).toEqual(['this NetBox has no dcim.macaddress']);
  });

  it('sees that nobody listens', async () => {
    const url = await netbox(answer({}));
    await cleanups.pop()?.();
    expect(await failure({ url })).toMatch(/ECONNREFUSED.*DIODE_NETBOX_URL/);
  });

  it('takes a private CA from its file, and names that file when it is missing', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'diode-ca-'));
    cleanups.push(() => rmSync(dir, { recursive: true }));
    const tls = selfSigned();
    const caFile = join(dir, 'ca.pem');
    writeFileSync(caFile, tls.cert);
    const url = await netbox(answer({}), tls);
    expect((await check({ url, caFile })).every((f) => f.ok)).toBe(true);
    expect(await failure({ url })).toContain('name the CA (PEM) in DIODE_NETBOX_CA_FILE');
    expect(await failure({ url, caFile: join(dir, 'none.pem') })).toContain('a PEM file that can be read');
    expect(await failure({ url: url.replace('127.0.0.1', 'localhost'), caFile })).toContain('not for this name');
  });
});
