import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './lab/edge.js';
import { healthy } from './lab/services.js';
import { clientSecret, fetchToken, stack } from './lab/stack.js';

const project = stack();
let dir: string;
let backup: string;
let before: { readonly syncId: string; readonly status: unknown; readonly secret: string; readonly token: string };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode backups '));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const script = (name: string, ...args: readonly string[]): ReturnType<typeof project.command> =>
  project.command(`./scripts/${name}`, args);
const statusOf = async (syncId: string, token: string): Promise<unknown> =>
  JSON.parse((await ask('GET', `/api/v1/sync/${syncId}/status`, { token })).text);

describe('backup, loss, restore', () => {
  it('backs up a running platform, whole, for its owner only', async () => {
    const secret = await clientSecret(project, 'diode-ingest');
    const token = await fetchToken({ clientId: 'diode-ingest', secret });
    const device = { name: 'BACKED-UP', device_type: 'Cisco Catalyst 9300', site: 'DC1', serial: 'B1' };
    const answer = await ask('POST', '/api/v1/ingest/devices', { token, json: { source: 'backup', data: device } });
    expect(answer.status).toBe(202);
    const { sync_id: syncId } = JSON.parse(answer.text) as { sync_id: string };
    const status = await until(
      async () => {
        const view = (await statusOf(syncId, token)) as { status: string };
        return view.status === 'completed' ? view : null;
      },
      { timeoutMs: 30_000, message: 'the device is in NetBox' },
    );
    before = { syncId, status, secret, token };
    const run = await script('backup-diode.sh', '--compose', '--out', dir, '--quiet');
    expect(run.code, run.stderr).toBe(0);
    backup = run.stdout.trim();
    expect((await stat(backup)).mode & 0o777).toBe(0o700);
    const metadata = JSON.parse(await readFile(join(backup, 'metadata.json'), 'utf8')) as Record<string, unknown>;
    expect(metadata).toMatchObject({ kind: 'diode-backup', form: 'compose', point: { equal_snapshots: true } });
    expect(await readFile(join(backup, 'SHA256SUMS'), 'utf8')).toContain('metadata.json');
  });

  it('proves it in a scratch database, and sees damage', async () => {
    const good = await script('verify-backup.sh', backup);
    expect(good.code, good.stderr).toBe(0);
    expect(`${good.stdout}${good.stderr}`).toMatch(/diode\W.*entities/);
    const damaged = join(dir, 'damaged');
    await cp(backup, damaged, { recursive: true });
    const dump = (await readdir(damaged)).find((name) => name.endsWith('.dump')) ?? 'metadata.json';
    await writeFile(join(damaged, dump), 'damaged', { flag: 'a' });
    expect((await script('verify-backup.sh', damaged)).code).toBe(1);
    await rm(damaged, { recursive: true });
  });

  it('refuses to restore over what is there', async () => {
    const run = await script('restore-diode.sh', backup, '--yes');
    expect(run.code).toBe(78);
    expect((await statusOf(before.syncId, before.token)) as object).toEqual(before.status);
  });

  it('after every volume is gone, gives the same answers to the same secrets', async () => {
    await project.compose('down', '--volumes');
    const run = await script('restore-diode.sh', backup, '--yes');
    expect(run.code, run.stderr.slice(-3_000)).toBe(0);
    await healthy(project, 'diode-reconciler');
    expect(await clientSecret(project, 'diode-ingest')).toBe(before.secret);
    const token = await fetchToken({ clientId: 'diode-ingest', secret: before.secret });
    expect(await statusOf(before.syncId, token)).toEqual(before.status);
    // Hydra's keys and its tokens came back with its database.
    expect((await ask('GET', '/api/v1/sync/status', { token: before.token })).status).toBe(200);
    const again = { name: 'BACKED-UP', device_type: 'Cisco Catalyst 9300', site: 'DC1', serial: 'B1' };
    const answer = await ask('POST', '/api/v1/ingest/devices?wait=20s', {
      token,
      json: { source: 'backup', data: again },
    });
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'completed', counts: { unchanged: 1 } });
  });
});

describe('the other scripts, on this form', () => {
  it('health-check.sh: 0 when all is well, 1 and what to run next when something is down', async () => {
    const well = await script('health-check.sh', '--json');
    expect([well.code, JSON.parse(well.stdout).status]).toEqual([0, 'ok']);
    await project.compose('stop', 'diode-reconciler');
    try {
      const down = await script('health-check.sh');
      expect(down.code).toBe(1);
      expect(down.stdout).toMatch(/diode-reconciler: Unhealthy/);
      expect(`${down.stdout}${down.stderr}`).toContain('docker compose');
    } finally {
      await project.compose('start', 'diode-reconciler');
      await healthy(project, 'diode-reconciler');
    }
  });

  it('setup-clients.sh: adds a client that works, lists it, removes it', async () => {
    const added = await script('setup-clients.sh', '--add', 'backup-test', '--scope', 'read', '--source', 'lldp');
    expect(added.code, added.stderr).toBe(0);
    const shown = await script('setup-clients.sh', '--show', 'backup-test');
    expect(await fetchToken({ clientId: 'backup-test', secret: shown.stdout.trim(), scope: 'read' })).toMatch(/^eyJ/);
    expect((await script('setup-clients.sh', '--list', '--json')).stdout).toContain('"backup-test"');
    expect((await script('setup-clients.sh', '--remove', 'backup-test')).code).toBe(0);
    await expect(fetchToken({ clientId: 'backup-test', secret: shown.stdout.trim() })).rejects.toThrow(/401/);
  });

  it.each([
    'backup-diode.sh',
    'data-migration.sh',
    'health-check.sh',
    'make-certs.sh',
    'restore-diode.sh',
    'rolling-restart.sh',
    'setup-clients.sh',
    'test.sh',
    'verify-backup.sh',
  ])('%s says how it is used, and refuses what it does not know with 2', async (name) => {
    const help = await script(name, '--help');
    expect([help.code, help.stdout]).toEqual([0, expect.stringMatching(/^Usage: /)]);
    expect((await script(name, '--no-such-option')).code).toBe(2);
  });
});
