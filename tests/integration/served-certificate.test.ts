import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../tools/run-command.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const DAYS = 20;
let dir: string;
let server: Server;
let port: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'diode served '));
  for (const name of ['served', 'other']) {
    const args = [
      '--out',
      join(dir, name),
      '--days',
      String(DAYS),
      '--name',
      'diode.example.com',
      '--name',
      '*.example.net',
      '--quiet',
    ];
    execFileSync('sh', [join(ROOT, 'scripts/make-certs.sh'), ...args]);
  }
  server = createServer({ cert: pem('served'), key: readFileSync(join(dir, 'served/diode.key')) });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = String((server.address() as AddressInfo).port);
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

const pem = (name: string): string => readFileSync(join(dir, name, 'diode.crt'), 'utf8');

/** As scripts/health-check.sh gives it to Node in a container, on a day from now on. */
async function look(
  o: { names?: string; own?: string; inDays?: number; port?: string } = {},
): Promise<readonly string[]> {
  const clock = `data:text/javascript,const now = Date.now; Date.now = () => now() + ${(o.inDays ?? 0) * 86_400_000}`;
  const args = [
    '--import',
    clock,
    '--input-type=module',
    '-',
    '127.0.0.1',
    o.port ?? port,
    '14',
    o.names ?? 'localhost,',
  ];
  const input = readFileSync(join(ROOT, 'scripts/lib/served-certificate.mjs'), 'utf8');
  const { code, stdout, stderr } = await runCommand(process.execPath, args, {
    input,
    env: { OWN_CERTIFICATE: o.own ?? '' },
  });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim().split('\t');
}

describe('what is said of the certificate on the TLS port', () => {
  it.each([
    [0, 'ok', 'Valid', /^until \d{4}-\d\d-\d\d, 19 days$/],
    [5, 'ok', 'Valid', /14 days$/],
    [6, 'warn', 'Ends Soon', /13 days$/],
    [19, 'warn', 'Ends Soon', / 0 days$/],
    [21, 'down', 'Expired', /^on \d{4}-\d\d-\d\d$/],
    [-2, 'down', 'Not Valid Yet', /^from \d{4}-\d\d-\d\d on$/],
  ])('in %d days: %s', async (inDays, status, words, detail) => {
    expect(await look({ inDays })).toEqual([status, words, expect.stringMatching(detail)]);
  });

  it.each(['diode.example.com', 'any.example.net, 127.0.0.1', '*.example.net,::1'])('is for %s', async (names) => {
    expect((await look({ names }))[0]).toBe('ok');
  });

  it.each(['diode.example.org', 'localhost,192.0.2.1'])('is not for %s', async (names) => {
    expect(await look({ names })).toEqual([
      'down',
      'Not For This Name',
      expect.stringContaining('DNS:diode.example.com'),
    ]);
  });

  it("must be the operator's own where there is one", async () => {
    expect((await look({ own: pem('served') }))[0]).toBe('ok');
    const wrong = ['down', 'Not The One In nginx/ssl', expect.stringMatching(/ends on/)];
    expect(await look({ own: pem('other') })).toEqual(wrong);
    expect(await look({ own: 'no certificate' })).toEqual(wrong);
  });

  it('is not there where nothing listens', async () => {
    expect(await look({ port: '1' })).toEqual(['down', 'Not Served', expect.stringContaining('ECONNREFUSED')]);
  });
});
