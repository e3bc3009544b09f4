import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { leakCheck, until } from '@diode/testkit';
import { Redis } from 'ioredis';
import { expect, inject, test, vi } from 'vitest';
import { cleansUp, redisHere, scratch, serverUid, startInProcess, uidOf } from './part-process.js';

leakCheck();
cleansUp();
// apt asks a mirror.
vi.setConfig({ testTimeout: 90_000 });

const dataDir = scratch();
const start = (more: object = {}) => redisHere({ dataDir, ...more });

async function asking<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
const withoutPassword = (url: string) => `redis://127.0.0.1:${new URL(url).port}`;

/** What the queue stands on: groups, pending lists, reclaim, scripts with time and JSON. */
async function streamsWork(url: string): Promise<void> {
  await asking(url, async (redis) => {
    await redis.xgroup('CREATE', 's', 'g', '0', 'MKSTREAM');
    await redis.xadd('s', '*', 'sync', 'a');
    const read = await redis.xreadgroup('GROUP', 'g', 'one', 'COUNT', 1, 'BLOCK', 1000, 'STREAMS', 's', '>');
    expect(read).toMatchObject([['s', [[expect.any(String), ['sync', 'a']]]]]);
    expect((await redis.xautoclaim('s', 'g', 'two', 0, '0')).slice(0, 2)).toMatchObject([
      expect.any(String),
      [[expect.any(String), ['sync', 'a']]],
    ]);
    expect(await redis.eval('return {cjson.encode({a=1}), #redis.call("TIME")}', 0)).toEqual(['{"a":1}', 2]);
    await redis.del('s');
  });
}

test('the installed server runs with a password that is nowhere to be seen', async () => {
  const redis = await start();
  expect(redis.warning).toBeNull();
  const { password } = new URL(redis.url);
  await streamsWork(redis.url);
  await expect(asking(withoutPassword(redis.url), (one) => one.ping())).rejects.toThrow(/NOAUTH/);
  expect(uidOf(redis.pid)).toBe(serverUid);
  expect(readFileSync(`/proc/${redis.pid}/cmdline`, 'utf8')).not.toContain(password);
  expect(readFileSync(join(dataDir, 'redis', 'server.log'), 'utf8')).not.toContain(password);
  expect(statSync(join(dataDir, 'redis', 'redis.conf')).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'private', 'redis.password')).mode & 0o777).toBe(0o600);
  await redis.stop();
});

test('it keeps its keys and its address over a stop and a start', async () => {
  const first = await start();
  await asking(first.url, (redis) => redis.set('kept', '1'));
  await first.stop();
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await asking(second.url, (redis) => redis.get('kept'))).toBe('1');
  await second.stop();
});

test('a second start is refused and told by whom; after a kill of that one its server is taken over', async () => {
  const other = await startInProcess('redis', { dataDir });
  await expect(start()).rejects.toThrow(`process ${other.pid} already runs redis in ${dataDir}`);
  await other.kill();
  const next = await start();
  expect(next.pid).toBe(other.parts.redis!.pid);
  expect(await asking(next.url, (redis) => redis.get('kept'))).toBe('1');
  await next.stop();
});

test('a server that is killed is started again at its address', async () => {
  const redis = await start();
  const before = redis.pid;
  process.kill(before!, 'SIGKILL');
  await until(() => redis.pid !== before, { message: 'the server to be back' });
  expect(await asking(redis.url, (one) => one.get('kept'))).toBe('1');
  await redis.stop();
});

test('a Redis too old for the queue is passed over', async () => {
  const bin = join(scratch(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'redis-server'), '#!/bin/sh\necho "Redis server v=5.0.7 sha=0 malloc=libc bits=64"\n');
  chmodSync(join(bin, 'redis-server'), 0o755);
  const redis = await redisHere({ dataDir: scratch(), path: bin, allowDownload: false });
  expect(redis.kind).toBe('js');
  await redis.stop();
});

test('with none installed, Debian’s package serves where apt can have it', async () => {
  const redis = await redisHere({
    dataDir: scratch(),
    systemDirs: { state: join(scratch(), 'lib'), cache: join(scratch(), 'cache') },
    path: '',
  });
  // Without a mirror in reach the one in JavaScript stands in, and says so.
  expect(redis.warning === null ? redis.kind : redis.warning).toMatch(/^deb$|trying out only/);
  await streamsWork(redis.url);
  await redis.stop();
});

test('the one in JavaScript does what the queue needs, keeps to loopback and its password, and warns', async () => {
  const redis = await redisHere({ dataDir: scratch(), path: '', allowDownload: false });
  expect(redis).toMatchObject({ kind: 'js', pid: null, warning: expect.stringMatching(/trying out only/) });
  await streamsWork(redis.url);
  await expect(asking(withoutPassword(redis.url), (one) => one.ping())).rejects.toThrow(/NOAUTH/);
  const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address } of outside.filter((one) => !one.internal && one.family === 'IPv4')) {
    const reached = await new Promise((resolve) => {
      const socket = connect(Number(new URL(redis.url).port), address);
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
    expect(reached).toBe(false);
  }
  await redis.stop();
});

test('a server of your own is used as it is and left alone', async () => {
  const redisUrl = inject('redisUrl');
  const given = await start({ redisUrl });
  expect(given).toMatchObject({ url: redisUrl, kind: 'given', pid: null });
  await given.stop();
  expect(await asking(redisUrl, (redis) => redis.ping())).toBe('PONG');
});

test('a server of your own that is not there is named, without its password', async () => {
  const failure = await start({ redisUrl: 'redis://:hush@127.0.0.1:1/0' }).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'storage_unavailable' });
  expect(String(failure)).toMatch(/127\.0\.0\.1:1\).*ECONNREFUSED/);
  expect(String(failure)).not.toContain('hush');
});
