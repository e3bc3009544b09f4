import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';
import { type Handler, startFakeDiode } from '../../tests/support/fake-diode.js';
import { checkClock } from './check-clock.js';
import { checkDns } from './check-dns.js';
import { checkIssuer } from './check-issuer.js';
import { checkDataDir } from './check-machine.js';

const dispatcher = new Agent();
afterAll(() => dispatcher.destroy());

describe('doctor', () => {
  it('asks for the address of each name once, and names the variables of one that has none', async () => {
    const findings = await checkDns([
      { env: 'DIODE_URL', url: 'http://localhost:8080' },
      { env: 'HYDRA_PUBLIC_URL', url: 'http://localhost:4444' },
      { env: 'DIODE_REDIS_URL', url: 'redis://[::1]:6379' },
      { env: 'DIODE_DATABASE_URL', url: 'postgres://u:hunter2@no-such-host.invalid/d' },
    ]);
    expect(findings.map((f) => [f.check, f.ok])).toEqual([
      ['DNS of localhost', true],
      ['DNS of no-such-host.invalid', false],
    ]);
    expect(findings[1]?.remedy).toContain('DIODE_DATABASE_URL');
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  it('lets clocks differ by 30 seconds and no more', () => {
    const nowMs = Date.parse('2026-01-31T12:00:00Z');
    const at = (seconds: number) =>
      checkClock({ of: 'Diode', date: new Date(nowMs + seconds * 1_000).toUTCString(), nowMs });
    expect([0, 30, -30, 31, -31].map((s) => at(s)?.ok)).toEqual([true, true, true, false, false]);
    expect(at(-45)?.detail).toContain("45 s behind this machine's");
    expect(checkClock({ of: 'Diode', date: 'soon', nowMs })).toBeNull();
  });

  it('knows an issuer by its own word, but for a slash, and by its keys', async () => {
    let issuer = '';
    let keys: unknown = [{ kid: 'a' }];
    const handler: Handler = (request) =>
      request.path.endsWith('jwks.json') ? { json: { keys } } : { json: { issuer } };
    await using fake = await startFakeDiode(handler);
    const check = async () => (await checkIssuer({ url: fake.url, dispatcher }))[0];
    issuer = `${fake.url}/`;
    expect(await check()).toMatchObject({ ok: true, detail: '1 key to verify tokens with' });
    keys = [];
    expect(await check()).toMatchObject({ ok: false, detail: expect.stringContaining('no keys') });
    issuer = 'http://hydra:4444';
    expect(await check()).toMatchObject({ ok: false, detail: 'it calls itself http://hydra:4444' });
    expect((await check())?.remedy).toContain('HYDRA_PUBLIC_URL');
  });

  it('tries to write where the data will be, also where nothing is yet', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'diode-data-'));
    expect((await checkDataDir(join(dir, 'not', 'yet'))).map((f) => f.ok)).toEqual([true, true]);
    writeFileSync(join(dir, 'file'), '');
    const blocked = await checkDataDir(join(dir, 'file', 'below'));
    rmSync(dir, { recursive: true });
    expect(blocked.at(-1)).toMatchObject({ ok: false, remedy: expect.stringContaining('DIODE_DATA_DIR') });
  });
});
