import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { leakCheck, until } from '@diode/testkit';
import { expect, inject, test } from 'vitest';
import { cleansUp, postgresHere, scratch, serverUid, sql, startInProcess, uidOf } from './part-process.js';

leakCheck();
cleansUp();

const dataDir = scratch();
const options = { dataDir, durable: false };
const start = (more: object = {}) => postgresHere({ ...options, ...more });
const things = async (url: string) => (await sql(url, 'select id from thing order by id')).map((row) => row.id);

test('it makes a database, lets in the password only, over loopback only, and says what it runs', async () => {
  const postgres = await start();
  expect(postgres).toMatchObject({ kind: 'embedded', warning: null });
  await sql(postgres.url, 'create table thing (id int primary key)');
  const [row] = await sql(
    postgres.url,
    "select current_database() as db, current_setting('listen_addresses') as at, current_setting('unix_socket_directories') as socket, lower('ÄÉ') as low",
  );
  expect(row).toEqual({ db: 'diode', at: '127.0.0.1', socket: '', low: 'äé' });
  const { port, password } = new URL(postgres.url);
  await expect(sql(`postgres://diode:wrong@127.0.0.1:${port}/diode`, 'select 1')).rejects.toThrow(/password/);
  await expect(sql(`postgres://diode@127.0.0.1:${port}/diode`, 'select 1')).rejects.toThrow(/password/i);
  expect(uidOf(postgres.pid)).toBe(serverUid);
  expect(readFileSync(`/proc/${postgres.pid}/cmdline`, 'utf8')).not.toContain(password);
  const names = readFileSync(`/proc/${postgres.pid}/environ`, 'utf8').match(/[^\0=]+(?==)/g);
  expect(names?.filter((name) => !name.startsWith('PG')).sort()).toEqual(['LC_ALL', 'PATH', 'TZ']);
  expect(statSync(join(dataDir, 'private', 'postgres.password')).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'private')).mode & 0o777).toBe(0o700);
  await postgres.stop();
});

test('what was committed is there after a stop and a start, at the same address', async () => {
  const first = await start();
  await sql(first.url, 'insert into thing values (1)');
  await first.stop();
  await expect(sql(first.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await things(second.url)).toEqual([1]);
  await second.stop();
});

test('a second start is refused and told by whom; after a kill of that one its server is taken over', async () => {
  const other = await startInProcess('postgres', options);
  await expect(start()).rejects.toThrow(`process ${other.pid} already runs postgres in ${dataDir}`);
  await sql(other.parts.postgres!.url, 'insert into thing values (2)');
  await other.kill();
  const next = await start();
  expect(next.pid).toBe(other.parts.postgres!.pid);
  expect(next.url).toBe(other.parts.postgres!.url);
  expect(await things(next.url)).toEqual([1, 2]);
  await next.stop();
  await expect(sql(next.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('a server left on another port than is asked for now is moved there', async () => {
  const killed = await startInProcess('postgres', options);
  await killed.kill();
  const port = await freePort();
  const next = await start({ port });
  expect(new URL(next.url).port).toBe(String(port));
  expect(await things(next.url)).toEqual([1, 2]);
  await next.stop();
});

test('a server that is killed is started again at its address, with all that was committed', async () => {
  const postgres = await start();
  await sql(postgres.url, 'insert into thing values (3)');
  const before = postgres.pid;
  process.kill(before!, 'SIGKILL');
  await until(() => postgres.pid !== before, { message: 'the server to be back' });
  expect(await things(postgres.url)).toEqual([1, 2, 3]);
  await postgres.stop();
});

test('when both were killed the next start recovers', async () => {
  const killed = await startInProcess('postgres', options);
  await sql(killed.parts.postgres!.url, 'insert into thing values (4)');
  await killed.kill();
  process.kill(killed.parts.postgres!.pid!, 'SIGKILL');
  const next = await start();
  expect(await things(next.url)).toEqual([1, 2, 3, 4]);
  await next.stop();
});

test('a pid file that names another program by now is no obstacle', async () => {
  writeFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n5432\n\n\n`);
  const postgres = await start();
  expect(await things(postgres.url)).toEqual([1, 2, 3, 4]);
  await postgres.stop();
});

test('a port that is taken is one sentence', async () => {
  const squatter = net.createServer().listen(0, '127.0.0.1');
  await until(() => squatter.listening);
  const { port } = squatter.address() as net.AddressInfo;
  await expect(start({ port })).rejects.toThrow(`Port ${port} for Postgres is taken`);
  squatter.close();
});

test('data of another major version is refused before anything touches it', async () => {
  const file = join(dataDir, 'postgres', 'data', 'PG_VERSION');
  const version = readFileSync(file);
  writeFileSync(file, '12\n');
  await expect(start()).rejects.toThrow(/is of Postgres 12, and the installed programs are 17/);
  writeFileSync(file, version);
});

test('a server of your own is used as it is and left alone', async () => {
  const databaseUrl = inject('postgresUrl');
  const given = await postgresHere({ dataDir: join(dataDir, 'unused'), databaseUrl });
  expect(given).toMatchObject({ url: databaseUrl, kind: 'given', pid: null, warning: null });
  await given.stop();
  expect(await sql(databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(existsSync(join(dataDir, 'unused'))).toBe(false);
});

test('a server of your own that is not there is named, without its password', async () => {
  const databaseUrl = `postgres://me:hush@127.0.0.1:${await freePort()}/mine`;
  const failure = await postgresHere({ dataDir, databaseUrl }).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'storage_unavailable' });
  expect(String(failure)).toMatch(/127\.0\.0\.1:\d+\/mine.*ECONNREFUSED/);
  expect(String(failure)).not.toContain('hush');
  await expect(postgresHere({ dataDir, databaseUrl: 'mysql://x' })).rejects.toThrow(/DIODE_DATABASE_URL/);
});

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await until(() => server.listening);
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await until(() => !server.listening);
  return port;
}
