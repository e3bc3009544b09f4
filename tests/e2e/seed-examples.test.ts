import { cpSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWithPackages } from '../tools/python.js';
import { runCommand } from '../tools/run-command.js';
import { endStandalone, startStandalone, type TestStandalone } from '../tools/standalone.js';

let diode: TestStandalone;
let python: string;
let dir: string;

/** The seed's files name ports 8080 and 4444, so this one standalone takes the default ports. */
beforeAll(async () => {
  python = await pythonWithPackages();
  dir = mkdtempSync(join(tmpdir(), 'diode-seed-'));
  cpSync(new URL('../fixtures/seed', import.meta.url), dir, { recursive: true });
  diode = await startStandalone({ defaultPorts: true });
  const created = await fetch('http://localhost:4445/admin/clients', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: 'test-client',
      client_secret: 'test-secret',
      grant_types: ['client_credentials'],
      scope: 'read write',
      token_endpoint_auth_method: 'client_secret_basic',
    }),
  });
  expect(created.status).toBe(201);
}, 400_000);

afterAll(async () => {
  await endStandalone(diode);
  await rm(dir, { recursive: true, force: true });
});

async function device(name: string): Promise<Record<string, unknown> | null> {
  const { body } = await diode.netbox('GET', `/api/dcim/devices/?name=${name}`);
  return (body.results as Record<string, unknown>[])[0] ?? null;
}

describe("the seed's examples, to the letter", () => {
  it('python_client.py lands switch-01', async () => {
    const run = await runCommand(python, ['python_client.py'], { cwd: dir });
    expect(run.stdout).toContain('Data ingestion successful');
    const landed = await until(() => device('SWITCH-01'), { timeoutMs: 20_000, message: 'SWITCH-01 is in NetBox' });
    expect(landed).toMatchObject({
      serial: 'FCW1234A5B6',
      site: { name: 'DC1' },
      custom_fields: { intent_managed: true, automation_enabled: true },
    });
    await until(async () => (await device('SWITCH-01'))?.primary_ip4, {
      timeoutMs: 20_000,
      message: 'its primary address is set',
    });
  });

  it('test_diode_integration.py passes and its device lands', async () => {
    const run = await runCommand(python, ['test_diode_integration.py'], { cwd: dir });
    expect(run.stderr).toContain('OK');
    expect(run.code).toBe(0);
    await until(() => device('TEST-SWITCH-01'), { timeoutMs: 20_000, message: 'TEST-SWITCH-01 is in NetBox' });
  });

  it('curl lines of the health section answer', async () => {
    const urls = [
      '8080/health',
      '8080/health/ingester',
      '8080/health/reconciler',
      '8080/health/auth',
      '4444/health/ready',
      '4445/health/alive',
    ];
    for (const path of urls) expect((await fetch(`http://localhost:${path}`)).status, path).toBe(200);
    const metrics = await fetch('http://localhost:9090/metrics');
    expect(await metrics.text()).toContain('diode_sync_operations_total');
  });
});

describe('our own examples', () => {
  const env = (): Record<string, string> => ({
    DIODE_CLIENT_ID: 'diode-ingest',
    DIODE_CLIENT_SECRET: 'diode-ingest-secret',
  });

  it('python_client.py prints the receipt', async () => {
    const run = await runCommand(python, ['examples/python_client.py'], { env: env() });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/(applied|unchanged) dcim\.device SWITCH-01 http/);
  });

  it('ingest.sh prints the answer', async () => {
    const run = await runCommand('examples/ingest.sh', [], { env: env() });
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ status: 'completed' });
  });

  it('tests/test_diode_integration.py passes', async () => {
    const run = await runCommand(python, ['-m', 'unittest', 'tests/test_diode_integration.py']);
    expect(run.stderr).toContain('OK');
  });

  it('tests/performance-test.sh has every request accepted', async () => {
    const run = await runCommand('tests/performance-test.sh', ['--tokens', '5', '--devices', '20'], { env: env() });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain('20 of 20 accepted');
  });

  it('webhook_receiver.py passes an event on as a hint', async () => {
    const { spawn } = await import('node:child_process');
    const child = spawn(python, ['examples/webhook_receiver.py'], {
      cwd: new URL('../..', import.meta.url).pathname,
      env: { PATH: process.env.PATH ?? '', PORT: '5057', ...env() },
      stdio: 'ignore',
    });
    try {
      const post = (): Promise<Response | null> =>
        fetch('http://127.0.0.1:5057/webhook/netbox-update', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            event: 'updated',
            model: 'device',
            data: { id: 1 },
            timestamp: '2026-01-01T00:00:00Z',
          }),
        }).catch(() => null);
      const answer = await until(post, { timeoutMs: 30_000, message: 'the receiver answers' });
      expect(await answer.json()).toEqual({ status: 'success' });
    } finally {
      child.kill('SIGTERM');
    }
  });
});
