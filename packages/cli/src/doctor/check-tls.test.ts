import { createServer } from 'node:https';
import { type AddressInfo, createServer as createPlain } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type SelfSigned, selfSigned } from '../../tests/support/self-signed.js';
import { checkTls } from './check-tls.js';

const DAY_MS = 86_400_000;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function serve(tls: SelfSigned): Promise<string> {
  const server = createServer(tls, (_, response) => response.end());
  await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done));
  cleanups.push(() => new Promise((done) => server.close(done)));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const check = (url: string, ca: string | null) => checkTls({ url, ca, caEnv: 'DIODE_CA_FILE', nowMs: Date.now() });

describe('doctor looks at certificates', () => {
  it('is content with one that is trusted and lives long', async () => {
    const tls = selfSigned({ lifeMs: 90 * DAY_MS });
    const finding = await check(await serve(tls), tls.cert);
    expect(finding).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^trusted, valid until \d{4}-\d\d-\d\d$/),
    });
    expect(finding.warn).toBeUndefined();
  });

  it('minds one that ends within 14 days', async () => {
    const tls = selfSigned({ lifeMs: 13 * DAY_MS });
    const finding = await check(await serve(tls), tls.cert);
    expect(finding).toMatchObject({ ok: true, warn: true, detail: expect.stringContaining('12 days left') });
    expect(finding.remedy).toContain('Renew');
  });

  it('names one that is over, with the day', async () => {
    const tls = selfSigned({ lifeMs: -DAY_MS });
    const finding = await check(await serve(tls), tls.cert);
    const day = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
    expect(finding).toMatchObject({ ok: false, detail: `the certificate expired on ${day}` });
  });

  it('names the variable for a CA that is not known here', async () => {
    const url = await serve(selfSigned());
    expect(await check(url, null)).toMatchObject({ ok: false, detail: 'the certificate is signed by itself' });
    const other = await check(url, selfSigned().cert);
    expect(other.ok).toBe(false);
    expect(other.remedy).toContain('DIODE_CA_FILE');
  });

  it('says for which names a certificate is when it is not for this one', async () => {
    const tls = selfSigned({ address: '192.0.2.7' });
    const finding = await check(await serve(tls), tls.cert);
    expect(finding.detail).toBe('the certificate is for 192.0.2.7, not for 127.0.0.1');
  });

  it('sees that a port does not speak TLS', async () => {
    const server = createPlain((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done));
    cleanups.push(() => new Promise((done) => server.close(done)));
    const finding = await check(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, null);
    expect(finding).toMatchObject({ ok: false, remedy: expect.stringContaining('speak TLS') });
  });
});
