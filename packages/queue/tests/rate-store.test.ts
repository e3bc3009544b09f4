import { makeBucket } from '@diode/limits';
import { freshRedisPrefix, leakCheck, type TcpDoor, tcpDoor, until } from '@diode/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openRateStore } from '../src/index.js';

leakCheck({ per: 'file' });

type Store = Awaited<ReturnType<typeof openRateStore>>;
const SLOW = { requestsPerMinute: 1, burstSize: 10 };
const client = makeBucket('client', 'a', SLOW);
const global = makeBucket('global', '', { requestsPerMinute: 1, burstSize: 1_000 });

let prefix: string;
let door: TcpDoor;
const opened: Store[] = [];
beforeEach(async () => {
  prefix = freshRedisPrefix();
  door = await tcpDoor(inject('redisUrl'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) store.close();
  await door.close();
});

async function storeOf(redisUrl = inject('redisUrl'), timeoutMs = 50): Promise<{ store: Store; changes: boolean[] }> {
  const changes: boolean[] = [];
  const store = await openRateStore({ redisUrl, prefix, timeoutMs, onChange: (open) => changes.push(open) });
  opened.push(store);
  return { store, changes };
}

describe('buckets in Redis', () => {
  it('are shared by instances: however many ask at once, no more than the burst pass', async () => {
    const instances = await Promise.all([1, 2, 3].map(() => storeOf(inject('redisUrl'), 5_000)));
    const takes = await Promise.all(
      Array.from({ length: 60 }, (_, i) => instances[i % 3]!.store.take([global, client])),
    );
    expect(takes.filter((one) => one?.taken)).toHaveLength(SLOW.burstSize);
    // The refused took nothing from the other bucket either.
    const last = await instances[0]!.store.take([global]);
    expect(Math.round(last!.lackUs[0]! / global.intervalUs)).toBe(SLOW.burstSize + 1);
  });

  it('are apart by kind, by id and by prefix', async () => {
    const { store } = await storeOf();
    const one = { requestsPerMinute: 1, burstSize: 1 };
    const buckets = [
      makeBucket('client', '/x', one),
      makeBucket('endpoint', '/x', one),
      makeBucket('client', 'y', one),
    ];
    for (const bucket of buckets) expect((await store.take([bucket]))?.taken).toBe(true);
    for (const bucket of buckets) expect((await store.take([bucket]))?.taken).toBe(false);
  });

  it('are full again after Redis was wiped, scripts and all', async () => {
    const { store, changes } = await storeOf();
    const admin = new Redis(inject('redisUrl'));
    for (let i = 0; i < 10; i += 1) await store.take([client]);
    expect((await store.take([client]))?.taken).toBe(false);
    await admin.del(`${prefix}rate:client:a`);
    await admin.script('FLUSH');
    expect((await store.take([client]))?.taken).toBe(true);
    expect(changes).toEqual([]);
    await admin.quit();
  });
});

describe('Redis away', () => {
  it('is an answer at once, told once, and over when Redis is back', async () => {
    const { store, changes } = await storeOf(door.url);
    expect(await store.take([client])).not.toBeNull();
    door.shut();
    await until(async () => (await store.take([client])) === null, { message: 'limits suspended' });
    await until(async () => (await store.take([client])) === null && changes.length > 0, { message: 'told' });
    const started = performance.now();
    for (let i = 0; i < 1_000; i += 1) await store.take([client]);
    expect(performance.now() - started).toBeLessThan(500);
    expect(changes).toEqual([true]);
    door.open();
    await until(async () => (await store.take([client])) !== null, { message: 'limits in force again' });
    expect(changes).toEqual([true, false]);
  });

  it('is the same when it is silent: three requests wait 50 ms, the others do not', async () => {
    const { store, changes } = await storeOf(door.url);
    await store.take([client]);
    door.hold();
    const started = performance.now();
    for (let i = 0; i < 500; i += 1) expect(await store.take([client])).toBeNull();
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(changes).toEqual([true]);
    door.open();
    await until(async () => (await store.take([client])) !== null, { message: 'limits in force again' });
    expect(changes).toEqual([true, false]);
  });

  it('does not keep anybody from starting', async () => {
    door.shut();
    const { store } = await storeOf(door.url);
    expect(await store.take([client])).toBeNull();
  });

  it('is not believed because this process was busy itself', async () => {
    const { store, changes } = await storeOf();
    await store.take([client]);
    for (let i = 0; i < 4; i += 1) {
      const answer = store.take([global]);
      // The request leaves in this turn of the loop; then the process does something else for longer than the time-out.
      await new Promise((next) => setImmediate(next));
      const until = performance.now() + 120;
      while (performance.now() < until);
      expect(await answer).not.toBeNull();
    }
    expect(changes).toEqual([]);
  });
});
