import { openQueue, type Queue } from '@diode/queue';
import { leakCheck, type TcpDoor, tcpDoor, until } from '@diode/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startWorld, type World } from './harness.js';
import { type NetboxDoor, netboxDoor } from './netbox-door.js';
import { loadReconciler, type ReconcilerChild, setToWork } from './reconciler-child.js';

leakCheck({ per: 'file' });

let world: World;
let door: NetboxDoor;
let redis: TcpDoor;
let sql: pg.Client;
let wakeups: Queue;
/** The one that works now: what brings one stage to its end is killed at the next. */
let living: ReconcilerChild;
/** The one that comes after it, loaded meanwhile. */
let next: ReconcilerChild;

beforeAll(async () => {
  world = await startWorld();
  [door, redis] = await Promise.all([netboxDoor(world.sim.url), tcpDoor(inject('redisUrl'))]);
  sql = new pg.Client({ connectionString: world.databaseUrl });
  await sql.connect();
  wakeups = await openQueue({
    redisUrl: inject('redisUrl'),
    prefix: world.redisPrefix,
    instanceId: 'watcher',
    leaseMs: 5_000,
  });
  living = load();
  next = load();
  await setToWork(living);
});
afterAll(async () => {
  await Promise.all([living?.node.kill(), next?.node.kill()]);
  await wakeups?.close();
  await sql?.end();
  await door?.close();
  await redis?.close();
  await world?.close();
});

const load = (tuning = {}): ReconcilerChild =>
  loadReconciler(world, { netboxUrl: door.url, redisUrl: redis.url, tuning });

/** Kills the living one. Its heir starts, and takes what the dead one had in hand as standalone does: at once, for it is known to be dead. */
async function killAndFollow(heir: ReconcilerChild = next): Promise<void> {
  await living.node.kill();
  await world.store.abandonClaims(living.name);
  living = heir;
  if (heir === next) next = load();
  await setToWork(heir);
}

type Match = (method: string, path: string) => boolean;
const create =
  (path: string): Match =>
  (method, at) =>
    method === 'POST' && at.startsWith(`/api/${path}/`);
const late: Match = (method, at) => method === 'PATCH' && at.startsWith('/api/dcim/devices/');

/** Two devices with addresses of their own, and an interface, an address, a prefix and a VRF: all that is new, types with and without constraints. */
function batch(n: number) {
  const device = { name: `K${n}-A`, site: `K${n}` };
  const about = { site: `K${n}`, device_type: `Cisco Model ${n}`, role: 'Access' };
  return [
    { type: 'dcim.device', data: { name: `K${n}-A`, ...about, management_ip: `10.${n}.0.1` } },
    { type: 'dcim.device', data: { name: `K${n}-B`, ...about, management_ip: `10.${n}.0.2` } },
    { type: 'dcim.interface', data: { name: 'Ethernet1', type: '1000base-t', device } },
    {
      type: 'ipam.ipaddress',
      data: { address: `10.${n}.1.1/24`, assigned_object: { interface: { name: 'Ethernet1', device } } },
    },
    { type: 'ipam.prefix', data: { prefix: `10.${n}.1.0/24` } },
    { type: 'ipam.vrf', data: { name: `K${n}` } },
  ];
}

/** Of the objects of one batch: lists of NetBox and what names them there. */
function lists(n: number): readonly (readonly [string, readonly string[]])[] {
  return [
    [`dcim/sites/?name=K${n}`, [`K${n}`]],
    [`dcim/device-types/?model=Model ${n}`, [`Model ${n}`]],
    [`dcim/devices/?name__isw=K${n}-`, [`K${n}-A`, `K${n}-B`]],
    [`dcim/interfaces/?device=K${n}-A`, ['Ethernet1', 'mgmt0']],
    [`dcim/interfaces/?device=K${n}-B`, ['mgmt0']],
    [`ipam/ip-addresses/?parent=10.${n}.0.0/16`, [`10.${n}.0.1/32`, `10.${n}.0.2/32`, `10.${n}.1.1/24`]],
    [`ipam/prefixes/?prefix=10.${n}.1.0/24`, [`10.${n}.1.0/24`]],
    [`ipam/vrfs/?name=K${n}`, [`K${n}`]],
  ];
}

const nameOf = (object: Record<string, unknown>): string =>
  String(object.name ?? object.model ?? object.address ?? object.prefix);

/** The world as it must be when all of a batch is through: every receipt true, every object there once, and asked for once. */
async function expectDone(n: number, syncId: string, wrote: number): Promise<void> {
  const { status, entities } = await world.receipts(syncId, 20_000);
  expect(entities.map((one) => [one.object_type, one.state, one.action])).toEqual(
    batch(n).map(({ type }) => [type, 'applied', 'create']),
  );
  expect(status).toBe('completed');
  const held = new Map<string, Record<string, unknown>[]>();
  for (const [path, names] of lists(n)) {
    const objects = await world.netbox(path);
    expect([path, objects.map(nameOf).sort()]).toEqual([path, [...names].sort()]);
    held.set(path, objects);
  }
  const [a, b, ethernet, address, prefix, vrf] = entities;
  const devices = held.get(`dcim/devices/?name__isw=K${n}-`)!;
  for (const [receipt, name] of [
    [a!, `K${n}-A`],
    [b!, `K${n}-B`],
  ] as const) {
    const device = devices.find((one) => one.name === name)!;
    expect(receipt.netbox).toEqual({ id: device.id, url: device.display_url });
    expect(receipt.fields).toMatchObject({
      name: { verdict: 'written', to: name },
      site: { verdict: 'written' },
      device_type: { verdict: 'written' },
      primary_ip4: { verdict: 'written' },
    });
    expect(receipt.timing.applied_at).not.toBeNull();
    expect(device.primary_ip4).toMatchObject({ address: `10.${n}.0.${name.endsWith('A') ? 1 : 2}/32` });
  }
  expect(ethernet!.fields).toMatchObject({ name: { verdict: 'written' }, type: { verdict: 'written' } });
  expect(address!.fields).toMatchObject({ address: { verdict: 'written' } });
  expect(prefix!.fields).toMatchObject({ prefix: { verdict: 'written' } });
  expect(vrf!.fields).toMatchObject({ name: { verdict: 'written' } });
  const also = entities.flatMap((one) => one.also).filter((one) => one.action === 'create');
  for (const [type, path] of [
    ['dcim.site', `dcim/sites/?name=K${n}`],
    ['dcim.devicetype', `dcim/device-types/?model=Model ${n}`],
  ] as const)
    expect(also).toContainEqual(
      expect.objectContaining({ object_type: type, netbox: expect.objectContaining({ id: held.get(path)![0]!.id }) }),
    );
  expect(also.filter((one) => one.netbox === null || one.because === '')).toEqual([]);
  const posts = door
    .writes()
    .slice(wrote)
    .filter(({ method }) => method === 'POST')
    .map(({ path, body }) => `${path} ${nameOf(body)} ${body.device ?? ''}`);
  expect(posts.filter((one, index) => posts.indexOf(one) !== index)).toEqual([]);
  const { rows } = await sql.query('SELECT object_type, action FROM open_changes');
  expect(rows).toEqual([]);
}

let stage = 0;

/** A batch is sent, the reconciler is killed where `at` says, and a new one ends it. */
async function killedAt(at: (n: number) => Promise<() => Promise<void>>, o: { scatter?: boolean } = {}): Promise<void> {
  stage += 1;
  const wrote = door.writes().length;
  const reached = await at(stage);
  const syncId = await world.send(batch(stage), { scatter: o.scatter === true });
  await reached();
  await expectDone(stage, syncId, wrote);
}

const stoppedAt = (match: Match, where: 'before NetBox' | 'after NetBox') =>
  killedAt(async () => {
    const stop = door.stop(match, where);
    return async () => {
      await stop.reached;
      await killAndFollow();
    };
  });

/** Holds a table against writers from the moment NetBox has done what matches until the writer is killed while it waits for the table. */
const stoppedAtTable = (table: string, match: Match) =>
  killedAt(async () => {
    const stop = door.stop(match, 'after NetBox');
    return async () => {
      await stop.reached;
      await sql.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
      void stop.release();
      await until(async () => {
        const { rows } = await sql.query(
          'SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted AND mode = $2',
          [table, 'RowExclusiveLock'],
        );
        return rows.length > 0;
      });
      await killAndFollow();
      await sql.query('ROLLBACK');
    };
  });

function after(count: number, match: Match): Match {
  let left = count;
  return (method, path) => {
    if (!match(method, path)) return false;
    left -= 1;
    return left < 0;
  };
}

const read: Match = (method) => method === 'GET';

describe('a reconciler killed (-9) has everything ended by the next, each object once:', () => {
  it('claimed, nothing read', () => stoppedAt(read, 'before NetBox'));
  it('during look-ups', () => stoppedAt(after(3, read), 'after NetBox'));

  it.each(['dcim/devices', 'ipam/ip-addresses'])('recorded, and NetBox never got the request: %s', (path) =>
    stoppedAt(create(path), 'before NetBox'),
  );
  it.each(['dcim/devices', 'dcim/interfaces', 'ipam/ip-addresses', 'ipam/prefixes'])(
    'NetBox did it and nobody heard: %s',
    (path) => stoppedAt(create(path), 'after NetBox'),
  );

  it('created, the fields that point back not sent', () => stoppedAt(late, 'before NetBox'));
  it('the fields that point back written, and nobody heard', () => stoppedAt(late, 'after NetBox'));
  it('heard, not settled', () => stoppedAtTable('open_changes', create('dcim/devices')));
  it('settled, the mirror not told', () => stoppedAtTable('mirror', create('dcim/devices')));
  it('settled, not finished', () => stoppedAtTable('receipts', late));

  it('finished, the wake-up not acknowledged', () =>
    killedAt(async (n) => {
      const stop = door.stop(late, 'after NetBox');
      return async () => {
        await stop.reached;
        redis.hold();
        void stop.release();
        await until(async () => (await world.store.backlog()).total === 0, { message: `batch ${n} is finished` });
        expect(await wakeups.depth()).toBeGreaterThan(0);
        await living.node.kill();
        redis.open();
        await killAndFollow();
        await until(async () => (await wakeups.depth()) === 0);
      };
    }));

  it('the request was on its way, and NetBox got it when the next had looked: seen long before it is given up', async () => {
    const patient = load({ netboxTimeoutMs: 60_000 });
    await patient.node.line(/^loaded$/);
    await killedAt(async () => {
      const stop = door.stop(create('ipam/ip-addresses'), 'before NetBox');
      return async () => {
        await stop.reached;
        await killAndFollow(patient);
        const waiting = await until(async () => (await world.store.backlog()).waitingFor[0]);
        expect(waiting.reason).toContain('known 60.2 s after it was sent');
        await stop.release();
      };
    });
  });
});
