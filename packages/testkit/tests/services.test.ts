import { Redis } from 'ioredis';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { freshDatabase, freshRedisPrefix, leakCheck } from '../src/index.js';

leakCheck();

let migrations = 0;
const migrate = async (url: string): Promise<void> => {
  migrations += 1;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table thing (id int primary key)');
  await client.end();
};

async function count(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query('select count(*)::int as n from thing')).rows[0].n;
  } finally {
    await client.end();
  }
}

test('each database is migrated and its own, and the migrations ran once for all of them', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => freshDatabase({ migrate, template: 'testkit' })));
  const client = new pg.Client({ connectionString: all[0]!.url });
  await client.connect();
  await client.query('insert into thing values (1)');
  await client.end();
  expect(await Promise.all(all.map((one) => count(one.url)))).toEqual([1, 0, 0, 0]);
  expect(migrations).toBe(1);
  await Promise.all(all.map((one) => one.drop()));
});

test('a dropped database is gone, whoever still uses it', async () => {
  const one = await freshDatabase({ migrate, template: 'testkit' });
  const client = new pg.Client({ connectionString: one.url });
  client.on('error', () => undefined);
  await client.connect();
  await one.drop();
  await expect(count(one.url)).rejects.toThrow(/does not exist/);
  await client.end().catch(() => undefined);
});

test('a migration that fails is told, and the next taker tries again', async () => {
  const broken = async (): Promise<void> => {
    throw new Error('bad migration');
  };
  await expect(freshDatabase({ migrate: broken, template: 'broken' })).rejects.toThrow('bad migration');
  const one = await freshDatabase({ migrate, template: 'broken' });
  expect(await count(one.url)).toBe(0);
  await one.drop();
});

test('prefixes keep tests apart in one Redis', async () => {
  const [one, other] = [freshRedisPrefix(), freshRedisPrefix()];
  const client = new Redis(inject('redisUrl'));
  await client.set(`${one}k`, '1');
  expect(await client.get(`${other}k`)).toBeNull();
  await client.del(`${one}k`);
  client.disconnect();
});

test('without a word it is the store’s schema', async () => {
  const one = await freshDatabase();
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  expect((await client.query('select count(*)::int as n from syncs')).rows).toEqual([{ n: 0 }]);
  await client.end();
  await one.drop();
});
