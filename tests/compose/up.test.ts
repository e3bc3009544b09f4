import { until } from '@diode/testkit';
import { describe, expect, it } from 'vitest';
import { crash, signalProcess } from './lab/crash.js';
import { EDGE, PROJECT, stack } from './lab/stack.js';

const project = stack();
const LONG_RUNNING = [
  'diode-auth',
  'diode-ingester',
  'diode-reconciler',
  'hydra',
  'ingress-nginx',
  'netbox-sim',
  'postgres',
  'redis',
];
const ONE_SHOTS = ['diode-auth-bootstrap', 'diode-init', 'diode-migrate', 'hydra-migrate'];
const OURS = ['diode-auth', 'diode-ingester', 'diode-reconciler', 'netbox-sim'];

interface Inspected {
  readonly Name: string;
  readonly Config: { readonly User: string; readonly Env: readonly string[]; readonly Image: string };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
    readonly Memory: number;
    readonly PidsLimit: number;
    readonly RestartPolicy: { readonly Name: string };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>> | null;
  };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
  readonly State: { readonly ExitCode: number };
}

async function inspect(service: string): Promise<Inspected> {
  const id = (await project.compose('ps', '--all', '--quiet', service)).trim();
  return (JSON.parse(await project.docker('inspect', id)) as Inspected[])[0]!;
}

describe('docker compose up, from nothing', () => {
  it('leaves eight healthy containers and one-shots that ended well', async () => {
    const states = await project.ps();
    const running = states.filter((one) => one.state === 'running');
    expect(running.map((one) => one.service).sort()).toEqual(LONG_RUNNING);
    expect(running.map((one) => [one.service, one.health]).filter(([, health]) => health !== 'healthy')).toEqual([]);
    const ended = states.filter((one) => one.state === 'exited');
    expect(ended.map((one) => [one.service, one.exitCode]).sort()).toEqual(ONE_SHOTS.map((name) => [name, 0]));
  });

  it('can be run again: nothing is made anew', async () => {
    const before = (await project.ps()).filter((one) => one.state === 'running').map((one) => one.id);
    await project.compose('up', '--detach', '--wait', '--wait-timeout', '300');
    expect((await project.ps()).filter((one) => one.state === 'running').map((one) => one.id)).toEqual(before);
    expect(await project.compose('logs', '--no-log-prefix', 'diode-init')).toContain(
      'secrets: 0 made, 0 files written',
    );
  });

  it.each([...LONG_RUNNING, ...ONE_SHOTS])('%s has no more rights than it needs', async (service) => {
    const { HostConfig, Config } = await inspect(service);
    expect(HostConfig.ReadonlyRootfs).toBe(true);
    expect(HostConfig.CapDrop).toEqual(['ALL']);
    expect(HostConfig.SecurityOpt).toContain('no-new-privileges:true');
    expect(HostConfig.Memory).toBeGreaterThan(0);
    expect(HostConfig.PidsLimit).toBeGreaterThan(0);
    expect(HostConfig.RestartPolicy.Name).toBe(ONE_SHOTS.includes(service) ? 'no' : 'unless-stopped');
    if (service !== 'postgres') expect(Config.User).not.toMatch(/^(root|0|)(:|$)/);
  });

  it('keeps secrets out of every environment', async () => {
    const secrets = await project.compose(
      'run',
      '--rm',
      '-T',
      '--no-deps',
      '--entrypoint',
      'sh',
      'diode-init',
      '-c',
      'cat /secrets/init/postgres_* /secrets/init/redis /secrets/init/hydra_system /secrets/init/netbox_token /secrets/clients/*',
    );
    const values = secrets.split('\n').filter((line) => line.length > 20);
    expect(values.length).toBeGreaterThan(10);
    for (const service of [...LONG_RUNNING, ...ONE_SHOTS]) {
      const shown = JSON.stringify(await inspect(service));
      const logged = await project.compose('logs', '--no-log-prefix', service);
      for (const value of values) {
        expect(shown.includes(value), `${service} shows a secret`).toBe(false);
        expect(logged.includes(value), `${service} logs a secret`).toBe(false);
      }
    }
  });

  it('publishes the admin API, metrics and the stand-in on loopback only', async () => {
    for (const service of ['hydra', 'diode-auth', 'diode-ingester', 'diode-reconciler', 'netbox-sim']) {
      const bindings = Object.values((await inspect(service)).HostConfig.PortBindings ?? {}).flat();
      expect(
        bindings.map((b) => b.HostIp),
        service,
      ).toEqual(['127.0.0.1']);
    }
    for (const service of ['postgres', 'redis']) {
      expect(Object.keys((await inspect(service)).HostConfig.PortBindings ?? {}), service).toEqual([]);
      expect(Object.keys((await inspect(service)).NetworkSettings.Networks)).toEqual([`${PROJECT}_data`]);
    }
  });

  it('gives each service its own secrets, and the database roles no more than they need', async () => {
    const files = await project.exec('diode-ingester', 'ls', '/run/diode');
    expect(files.split('\n').filter((f) => f !== '')).toEqual(['database_url', 'redis_url', 'webhook_secret']);
    const sql = (user: string, db: string, statement: string): ReturnType<typeof project.tryCompose> =>
      project.tryCompose('exec', '-T', 'postgres', 'psql', '-U', user, '-d', db, '-tAc', statement);
    expect((await sql('diode', 'diode', 'SELECT count(*) FROM syncs')).code).toBe(0);
    expect((await sql('diode', 'diode', 'CREATE TABLE x (i int)')).stderr).toContain('permission denied');
    expect((await sql('diode', 'diode', 'DROP TABLE work')).stderr).toContain('must be owner');
    expect((await sql('diode', 'hydra', 'SELECT 1')).stderr).toContain('permission denied for database');
    expect((await sql('hydra', 'diode', 'SELECT 1')).stderr).toContain('permission denied for database');
    expect((await project.exec('redis', 'redis-cli', 'ping')).trim()).toBe('PONG');
    expect(await project.exec('redis', 'redis-cli', 'keys', '*')).toContain('NOPERM');
  });
});

describe('the images', () => {
  it.each(OURS)('%s: runs the same Node, says what it is, has curl', async (service) => {
    const { Config } = await inspect(service);
    const [image] = JSON.parse(await project.docker('image', 'inspect', Config.Image)) as {
      Config: { Labels: Record<string, string>; Healthcheck?: { Test: string[] }; User: string; StopSignal: string };
    }[];
    expect(image?.Config.User).toBe('node');
    expect(image?.Config.StopSignal).toBe('SIGTERM');
    expect(image?.Config.Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0');
    expect(image?.Config.Labels['org.opencontainers.image.title']).toContain('diode-');
    expect(image?.Config.Healthcheck?.Test[0]).toBe('CMD');
    expect(await project.exec(service, 'node', '--version')).toMatch(/^v24\./);
    expect(await project.exec(service, 'curl', '--version')).toContain('curl');
    const dev = await project.exec(
      service,
      'sh',
      '-c',
      'ls node_modules 2>/dev/null | grep -E "^(typescript|vitest|tsx)$" || true',
    );
    expect(dev.trim()).toBe('');
    const sources = await project.exec(service, 'sh', '-c', 'find /app/packages /app/services -name "*.ts" | head -3');
    expect(sources.trim()).toBe('');
  });

  it('answer /health on port 80 inside, as the seed asks them', async () => {
    for (const service of ['diode-auth', 'diode-ingester', 'diode-reconciler']) {
      expect(JSON.parse(await project.exec(service, 'curl', '-fs', 'http://localhost/health'))).toEqual({
        status: 'ok',
      });
    }
  });

  it.each(OURS)('%s ends on SIGTERM with 0, and is healthy again after a start', async (service) => {
    await project.compose('stop', service);
    expect((await inspect(service)).State.ExitCode).toBe(0);
    await project.compose('up', '--detach', '--wait', '--no-deps', service);
    expect((await project.ps()).find((one) => one.service === service)?.health).toBe('healthy');
  });

  it('is seen as unhealthy when it hangs, and healthy when it goes on', async () => {
    const health = async (): Promise<string | undefined> =>
      (await project.ps()).find((one) => one.service === 'diode-ingester')?.health;
    await signalProcess(project, 'diode-ingester', 'SIGSTOP');
    try {
      await until(async () => (await health()) === 'unhealthy', { timeoutMs: 90_000, message: 'Docker sees the hang' });
    } finally {
      await signalProcess(project, 'diode-ingester', 'SIGCONT');
    }
    await until(async () => (await health()) === 'healthy', { timeoutMs: 60_000, message: 'it is healthy again' });
  });

  it.each(LONG_RUNNING)('%s is started again when it crashes', async (service) => {
    await crash(project, service);
    await until(async () => (await project.ps()).some((one) => one.service === service && one.health === 'healthy'), {
      timeoutMs: 90_000,
      message: `${service} is healthy again`,
    });
  });

  it('and the platform with it: what is sent through nginx lands', async () => {
    await until(async () => (await fetch(`${EDGE}/health`)).status === 200, {
      timeoutMs: 30_000,
      message: 'ingest accepts through nginx',
    });
  });
});
