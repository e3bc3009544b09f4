import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../tools/run-command.js';
import { startStandalone, type TestStandalone } from '../tools/standalone.js';

// A space in every path, and not in the checkout: the scripts work from anywhere. The standalone form needs no Docker.
const ROOT = new URL('../..', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'diode e2e scripts '));
// Run as root, Postgres works as nobody, who must get through.
chmodSync(home, 0o755);
const dataDir = join(home, 'data dir');
const backups = join(home, 'back ups');

let diode: TestStandalone;
beforeAll(async () => {
  diode = await startStandalone({ dataDir, env: { DIODE_DEMO: '0' } });
}, 120_000);
afterAll(async () => {
  await diode?.stop();
  await rm(home, { recursive: true, force: true });
});

function script(name: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<CommandResult> {
  return runCommand(join(ROOT, 'scripts', `${name}.sh`), args, {
    cwd: home,
    env: { DIODE_DATA_DIR: dataDir, DIODE_FORM: 'standalone', ...env },
  });
}

async function tokenStatus(issuerUrl: string, id: string, secret: string): Promise<number> {
  const response = await fetch(`${issuerUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }),
  });
  return response.status;
}

describe('every script', () => {
  it.each(['setup-clients', 'health-check', 'backup-diode', 'restore-diode', 'verify-backup'])(
    '%s.sh says how it is used, and ends with 2 for what it does not know',
    async (name) => {
      const help = await script(name, ['--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain(`scripts/${name}.sh`);
      expect(help.stdout).toMatch(/Exit: 0 .*2 usage/s);
      const wrong = await script(name, ['--nonsense']);
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toContain('unknown option --nonsense');
    },
  );
});

describe('setup-clients.sh', () => {
  it('sees that the configured clients are there, as often as it is asked', async () => {
    for (const _time of [1, 2]) {
      const run = await script('setup-clients');
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout).toContain('diode-operator: there');
      expect(run.stdout).toContain('✅ OAuth2 clients created successfully');
    }
    const listed = await script('setup-clients', ['--list', '--json']);
    const ids = JSON.parse(listed.stdout).map((client: { client_id: string }) => client.client_id);
    expect(ids).toEqual(expect.arrayContaining(['diode-ingest', 'jenkins-integration', 'diode-operator']));
    expect(listed.stdout).not.toContain('secret"');
  });

  it('adds a client bound to a source, shows its secret and nothing else, removes it with its tokens', async () => {
    const added = await script('setup-clients', ['--add', 'lldp.1', '--source', 'lldp', '--scope', 'read write']);
    expect(added.code, added.stderr).toBe(0);
    const secret = (await script('setup-clients', ['--show', 'lldp.1'])).stdout.trim();
    expect(added.stdout.trim()).toBe(secret);
    expect(await tokenStatus(diode.issuerUrl, 'lldp.1', secret)).toBe(200);
    expect((await script('setup-clients', ['--remove', 'lldp.1'])).code).toBe(0);
    expect(await tokenStatus(diode.issuerUrl, 'lldp.1', secret)).toBe(401);
    expect((await script('setup-clients', ['--show', 'lldp.1'])).code).toBe(1);
  });

  it('gives a client a new secret: the old one and its tokens stop working, and the command line has the new one', async () => {
    const before = (await script('setup-clients', ['--show', 'diode-ingest'])).stdout.trim();
    expect((await diode.call('GET', '/api/v1/sync/status')).status).toBe(200);
    const rotated = await script('setup-clients', ['--rotate', 'diode-ingest']);
    expect(rotated.code, rotated.stderr).toBe(0);
    const after = rotated.stdout.trim();
    expect(after).not.toBe(before);
    expect(await tokenStatus(diode.issuerUrl, 'diode-ingest', before)).toBe(401);
    expect(await tokenStatus(diode.issuerUrl, 'diode-ingest', after)).toBe(200);
    const introspected = await fetch(`${diode.issuerAdminUrl}/admin/oauth2/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token: await diode.token() }),
    });
    expect(await introspected.json()).toEqual({ active: false });
    const cli = await runCommand('bin/diode', ['get', '/api/v1/mode'], { env: { DIODE_DATA_DIR: dataDir } });
    expect(cli.code, cli.stderr).toBe(0);
  });

  it('refuses two commands at once, an option of another command, and an id that would leave the folder', async () => {
    expect((await script('setup-clients', ['--list', '--show', 'a'])).code).toBe(2);
    expect((await script('setup-clients', ['--rotate', 'a', '--scope', 'read'])).code).toBe(2);
    expect((await script('setup-clients', ['--add', '../x'])).code).toBe(2);
  });
});

describe('health-check.sh', () => {
  it('prints a line a part, and the same as one JSON object', async () => {
    const run = await script('health-check');
    expect(run.code, run.stdout).toBe(0);
    expect(run.stdout).toMatch(/^=== Diode Platform Health Check ===/);
    expect(run.stdout).toContain('✅ diode-ingester: Healthy');
    expect(run.stdout).toContain('✅ OAuth2 Authentication: Working');
    const json = JSON.parse((await script('health-check', ['--json'])).stdout);
    expect(json.status).toBe('ok');
    expect(json.checks.every((check: { status: string }) => check.status === 'ok')).toBe(true);
    expect(await script('health-check', ['--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 and says what to run first where nothing runs', async () => {
    const run = await script('health-check', ['--json'], { DIODE_DATA_DIR: join(home, 'nothing here') });
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      status: 'down',
      checks: [{ status: 'down', next: './quickstart.sh' }],
    });
  });
});

describe('a backup', () => {
  let backup: string;
  let syncId: string;
  let answer: unknown;
  let secret: string;

  beforeAll(async () => {
    secret = (await script('setup-clients', ['--add', 'kept', '--scope', 'read write'])).stdout.trim();
    const basic = Buffer.from(`kept:${secret}`).toString('base64');
    const response = await fetch(`${diode.issuerUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    const call = async (path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
      return (await (await fetch(`${diode.url}${path}`, { ...init, headers })).json()) as Record<string, unknown>;
    };
    const body = { source: 'test', data: { name: 'switch-01', device_type: 'Cisco Catalyst 9300', site: 'DC1' } };
    const sent = await call('/api/v1/ingest/devices', { method: 'POST', body: JSON.stringify(body) });
    syncId = String(sent.sync_id);
    answer = await until(
      async () => {
        const status = await call(`/api/v1/sync/${syncId}/status`);
        return status.status === 'completed' ? status : null;
      },
      { timeoutMs: 20_000, message: 'the device is written' },
    );
    const run = await script('backup-diode', ['--out', 'back ups']);
    expect(run.code, run.stderr).toBe(0);
    backup = run.stdout.trim();
  });

  it('is a folder only its owner can read, with what it is, and no secret where none belongs', () => {
    expect(statSync(backup).mode & 0o777).toBe(0o700);
    expect(statSync(join(backup, 'state.tar')).mode & 0o777).toBe(0o600);
    const metadata = JSON.parse(readFileSync(join(backup, 'metadata.json'), 'utf8'));
    expect(metadata).toMatchObject({ kind: 'diode-backup', form: 'standalone', databases: { diode: { work: 0 } } });
    expect(metadata.files.map((file: { path: string }) => file.path)).toContain('databases/diode/tables.json');
    expect(readFileSync(join(backup, 'clients.json'), 'utf8')).not.toMatch(/secret_hash|scrypt/);
  });

  it('is proved by restoring it elsewhere; a damaged one is found out', async () => {
    const good = await script('verify-backup', [backup]);
    expect(good.code, good.stderr).toBe(0);
    expect(good.stdout).toContain('all as they were');
    const path = join(backup, 'counts.tsv');
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole, Buffer.from('diode\tghosts\t1\n')]));
    const damaged = await script('verify-backup', [backup]);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain('counts.tsv: FAILED');
    writeFileSync(path, whole);
  });

  it('replaces older ones beyond --keep, and touches nothing that is not a backup', async () => {
    for (const name of ['diode-20200101T000000Z', 'mine']) writeFileSync(join(backups, name), 'not a backup');
    const run = await script('backup-diode', ['--out', backups, '--keep', '1', '--quiet']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(backup)).toBe(false);
    backup = run.stdout.trim();
    const left = readdirSync(backups).filter((name) => !name.startsWith('.'));
    expect(left.sort()).toEqual(['diode-20200101T000000Z', backup.split('/').at(-1), 'mine'].sort());
  });

  it('leaves nothing behind when it fails', async () => {
    const run = await script('backup-diode', ['--out', backups], { DIODE_DATA_DIR: join(home, 'nothing here') });
    expect(run.code).toBe(1);
    expect(readdirSync(backups).filter((name) => name.startsWith('.incomplete'))).toEqual([]);
  });

  it('comes back: the same receipts, the same secrets; what was there is set aside only when that is said', async () => {
    expect((await script('restore-diode', [backup, '--yes'])).code).toBe(78);
    await diode.stop();
    const refused = await script('restore-diode', [backup, '--yes']);
    expect(refused.code).toBe(78);
    expect(refused.stderr).toContain('--force');
    const restored = await script('restore-diode', [backup, '--yes', '--force']);
    expect(restored.code, restored.stderr).toBe(0);
    expect(readdirSync(home).some((name) => name.startsWith('data dir.before-restore-'))).toBe(true);

    diode = await startStandalone({ dataDir, env: { DIODE_DEMO: '0' } });
    expect((await diode.call('GET', `/api/v1/sync/${syncId}/status`)).body).toEqual(answer);
    expect(await tokenStatus(diode.issuerUrl, 'kept', secret)).toBe(200);
    expect((await script('health-check', ['--quiet'])).code).toBe(0);
  });

  it('is taken of a standalone that does not run, too', async () => {
    await diode.stop();
    const run = await script('backup-diode', ['--out', backups]);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(run.stdout.trim(), 'metadata.json'), 'utf8')).point.how).toContain(
      'did not run',
    );
    expect((await script('verify-backup', [run.stdout.trim(), '--quiet'])).code).toBe(0);
  });
});
