import { DiodeError } from '@diode/protocol';
import { leakCheck, until } from '@diode/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';
import { type NetboxDoor, netboxDoor } from './netbox-door.js';
import { loadReconciler, type ReconcilerChild, setToWork } from './reconciler-child.js';

leakCheck({ per: 'file' });

let world: World;
let sql: pg.Client;
/** Two places, each with its own way to NetBox and a reconciler that is replaced when it is killed. */
const places: { readonly door: NetboxDoor; child: ReconcilerChild }[] = [];

beforeAll(async () => {
  world = await startWorld();
  sql = new pg.Client({ connectionString: world.databaseUrl });
  await sql.connect();
  for (let n = 0; n < 2; n += 1) {
    const door = await netboxDoor(world.sim.url);
    places.push({ door, child: load(door) });
  }
  for (const { child } of places) await setToWork(child);
});
afterAll(async () => {
  for (const { door, child } of places) {
    await child.node.kill();
    await door.close();
  }
  await sql?.end();
  await world?.close();
});

/** The change log is followed: what one of them makes is news to the other. */
const load = (door: NetboxDoor): ReconcilerChild =>
  loadReconciler(world, { netboxUrl: door.url, tuning: { feedIntervalMs: 1_000 } });

const create =
  (path: string) =>
  (method: string, at: string): boolean =>
    method === 'POST' && at.startsWith(`/api/${path}/`);

/** Four of each in a place of their own, and what they share: a site, a type, a role. Neighbours are in other partitions. */
function site(n: number) {
  return [1, 2, 3, 4].flatMap((i) => {
    const device = { name: `T${n}-${i}`, site: `T${n}` };
    return [
      {
        type: 'dcim.device',
        data: { ...device, device_type: `Cisco T${n}`, role: 'Access', management_ip: `10.${n}.0.${i}` },
      },
      { type: 'dcim.interface', data: { name: 'Ethernet1', type: '1000base-t', device } },
      { type: 'ipam.prefix', data: { prefix: `10.${n}.${i}.0/24` } },
      { type: 'ipam.vrf', data: { name: `T${n}-${i}` } },
    ];
  });
}

/** Whoever of the two first does `what` is killed when NetBox has done it, and replaced. */
async function killOneAt(what: string): Promise<void> {
  const [a, b] = places.map(({ door }) => door.stop(create(what), 'after NetBox'));
  const first = await Promise.race([a!.reached.then(() => 0), b!.reached.then(() => 1)]);
  const place = places[first]!;
  await place.child.node.kill();
  for (const stop of [a!, b!]) void stop.release();
  place.child = load(place.door);
  await setToWork(place.child);
}

function unavailable(error: unknown): null {
  if (error instanceof DiodeError && error.code === 'storage_unavailable') return null;
  throw error;
}

it('two reconcilers, killed in turn, every session of Postgres cut, NetBox away for ten seconds while work arrives: all ends, each object once', async () => {
  const syncs: string[] = [];
  // As a client would: a 503 is tried again.
  const send = async (): Promise<void> => {
    const n = syncs.length + 1;
    const stored = await until(() => world.send(site(n), { scatter: true }).catch(unavailable), { timeoutMs: 15_000 });
    syncs.push(stored);
  };

  await send();
  await killOneAt('ipam/prefixes');

  await send();
  await killOneAt('dcim/devices');

  const cut = places.map(({ door }) => door.stop(create('ipam/vrfs'), 'after NetBox'));
  await send();
  await Promise.race(cut.map((stop) => stop.reached));
  await sql.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  for (const stop of cut) void stop.release();

  await send();
  await until(async () => (await world.netbox('dcim/sites/?name=T4')).length === 1, { timeoutMs: 15_000 });
  const shutAt = performance.now();
  const open = places.map(({ door }) => door.shut());
  for (let n = 0; n < 3; n += 1) await send();
  await until(() => performance.now() - shutAt > 10_000, { timeoutMs: 15_000 });
  expect((await world.store.backlog()).total).toBeGreaterThanOrEqual(48);
  for (const one of open) one();

  for (const id of syncs) {
    const { entities } = await world.receipts(id, 40_000);
    expect(entities.filter(({ state }) => state !== 'applied' && state !== 'unchanged')).toEqual([]);
  }
  const count = async (path: string): Promise<number> => (await world.netbox(`${path}/?limit=1000`)).length;
  expect({
    sites: await count('dcim/sites'),
    types: await count('dcim/device-types'),
    devices: await count('dcim/devices'),
    interfaces: await count('dcim/interfaces'),
    addresses: await count('ipam/ip-addresses'),
    prefixes: await count('ipam/prefixes'),
    vrfs: await count('ipam/vrfs'),
  }).toEqual({ sites: 7, types: 7, devices: 28, interfaces: 56, addresses: 28, prefixes: 28, vrfs: 28 });
  const { rows } = await sql.query('SELECT object_type, action FROM open_changes');
  expect(rows).toEqual([]);
}, 110_000);
