import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crash } from '../lab/crash.js';
import { askOnce } from './http-client.js';
import { DOORS, METRICS, stack } from './stack.js';
import { CLIENTS, type SteadyLoad, startLoad } from './steady-load.js';
import { devicesInNetbox, endsOf, workLeft } from './world.js';

const project = stack();
const TWICE = ['hydra', 'diode-auth', 'diode-ingester', 'diode-reconciler'].flatMap((name) => [
  `${name}-1`,
  `${name}-2`,
]);
const NGINX = ['nginx-lb', 'nginx-lb-2'];
let load: SteadyLoad;

beforeAll(async () => {
  load = await startLoad({ clientId: 'diode-ingest', secret: await secretOf('diode-ingest') });
});

afterAll(async () => {
  await load?.stop();
});

async function secretOf(clientId: string): Promise<string> {
  const show = ['node', 'services/auth/dist/bootstrap-main.js', 'show', clientId];
  return (await project.compose('run', '--rm', '-T', '--no-deps', 'diode-auth-bootstrap', ...show)).trim();
}

const healthy = async (service: string): Promise<boolean> =>
  (await project.ps()).some((one) => one.service === service && one.health === 'healthy');

async function startOf(service: string): Promise<string> {
  const id = (await project.compose('ps', '--all', '--quiet', service)).trim();
  return project.docker('inspect', '--format', '{{.State.StartedAt}}', id);
}

/** Everything works again: the service is healthy and each client has had some answers since. */
async function settled(service: string): Promise<void> {
  await until(() => healthy(service), { timeoutMs: 120_000, intervalMs: 500, message: `${service} is healthy again` });
  const after = `after ${load.tally.now()}`;
  load.tally.phase(after);
  await until(() => CLIENTS.every((client) => load.tally.times(after, client, 'ok') >= 3), {
    timeoutMs: 60_000,
    message: `every client is served after ${service}`,
  });
}

describe('the redundant form', () => {
  it('has two of each, all healthy, each with a name of its own in logs and metrics', async () => {
    const states = (await project.ps()).filter((one) => one.state === 'running');
    expect(states.map((one) => [one.service, one.health]).sort()).toEqual(
      [...TWICE, ...NGINX, 'netbox-sim', 'postgres', 'redis'].map((name) => [name, 'healthy']).sort(),
    );
    for (const [instance, url] of Object.entries(METRICS)) {
      expect(await (await fetch(url)).text()).toMatch(
        new RegExp(`diode_build_info\\{[^}]*instance_id="${instance}"[^}]*\\} 1`),
      );
      expect(await project.compose('logs', '--no-log-prefix', '--tail', '5', `diode-${instance}`)).toContain(
        `"instance":"${instance}"`,
      );
    }
    for (const door of DOORS.keys()) expect((await askOnce({ door, path: '/health' })).status).toBe(200);
  });
});

describe('one of each is killed under load', () => {
  it.each([...TWICE, ...NGINX, 'redis'])('kill -9 of %s: whoever tries again is served', async (service) => {
    load.tally.phase(`kill -9 ${service}`);
    const before = await startOf(service);
    await crash(project, service);
    // Docker takes a moment to see it, and until then calls it healthy.
    await until(async () => (await startOf(service)) !== before, {
      timeoutMs: 60_000,
      intervalMs: 250,
      message: `${service} is started again`,
    });
    await settled(service);
  });

  it('restart of postgres: whoever tries again is served', async () => {
    load.tally.phase('restart postgres');
    await project.compose('restart', 'postgres');
    await settled('postgres');
  });
});

describe('a rolling restart under load', () => {
  it.each(['hydra', 'diode-auth', 'diode-ingester', 'diode-reconciler', 'nginx-lb'])('of %s', async (service) => {
    load.tally.phase(`rolling ${service}`);
    const { code, stderr } = await project.command('scripts/rolling-restart.sh', [service]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${service}-2: healthy`)]);
    await settled(`${service}-2`);
  });
});

describe('and the world afterwards', () => {
  it('no client was told anything but to try again; without an answer stayed only who came to a door that was being moved', async () => {
    await load.stop();
    console.log(`failover: ${load.accepted.length} accepted\n${load.tally.report()}`);
    const doorMoved = (phase: string): boolean => phase.includes(' nginx-lb');
    expect(load.troubles.filter(({ connection, phase }) => !(connection === true && doorMoved(phase)))).toEqual([]);
  });

  it('every 202 has its sync, which ended well', async () => {
    const syncIds = load.accepted.flatMap((one) => (one.syncId === null ? [] : [one.syncId]));
    expect(new Set(syncIds).size).toBe(syncIds.length);
    expect(await endsOf(syncIds, load.token)).toEqual({ applied: syncIds.length });
    await until(async () => (await workLeft(project)) === 0, {
      timeoutMs: 120_000,
      intervalMs: 1_000,
      message: 'no work is left',
    });
  });

  it('and each device is in NetBox exactly once', async () => {
    const held = await devicesInNetbox(project);
    expect(load.accepted.filter(({ device }) => held.get(device) !== 1)).toEqual([]);
    expect([...held].filter(([, count]) => count !== 1)).toEqual([]);
  });
});
