import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshDatabase } from '@diode/testkit';
import { describe, expect, inject, it } from 'vitest';
import { checkPostgres } from '../src/doctor/check-postgres.js';
import { checkRedis } from '../src/doctor/check-redis.js';

const MIGRATIONS = fileURLToPath(new URL('../../store/migrations', import.meta.url));

describe('doctor asks Postgres', () => {
  it('for its version and for migrations: none to run, some to run, more than it knows, none run yet', async () => {
    const database = await freshDatabase();
    const empty = await freshDatabase({ migrate: async () => {} });
    const dir = mkdtempSync(join(tmpdir(), 'diode-migrations-'));
    try {
      const [version, schema] = await checkPostgres({ url: database.url, migrationsDir: MIGRATIONS });
      expect(version).toMatchObject({ ok: true, detail: expect.stringMatching(/^version 1[5-9]/) });
      expect(schema).toMatchObject({ ok: true, detail: expect.stringMatching(/^\d+ migrations, none to run$/) });
      expect(schema?.warn).toBeUndefined();
      cpSync(MIGRATIONS, dir, { recursive: true });
      writeFileSync(join(dir, '9999_later.sql'), '');
      const pending = (await checkPostgres({ url: database.url, migrationsDir: dir }))[1];
      expect(pending).toMatchObject({ warn: true, detail: '1 migrations are still to run (9999_later)' });
      rmSync(dir, { recursive: true });
      cpSync(MIGRATIONS, dir, { recursive: true, filter: (path) => !path.includes('0001_') });
      const newer = (await checkPostgres({ url: database.url, migrationsDir: dir }))[1];
      expect(newer).toMatchObject({ warn: true, detail: expect.stringMatching(/^newer than this version \(0001_/) });
      const fresh = (await checkPostgres({ url: empty.url, migrationsDir: MIGRATIONS }))[1];
      expect(fresh).toMatchObject({ warn: true, detail: 'not made yet' });
    } finally {
      rmSync(dir, { recursive: true, force: true });
      await database.drop();
      await empty.drop();
    }
  });

  it('and says what is wrong with the database it was named', async () => {
    const url = new URL(inject('postgresUrl'));
    url.pathname = '/no_such_database';
    const [finding] = await checkPostgres({ url: url.href, migrationsDir: MIGRATIONS });
    expect(finding).toMatchObject({ ok: false, remedy: expect.stringContaining('DIODE_DATABASE_URL') });
    expect(finding?.detail).toContain('no_such_database');
  });
});

describe('doctor asks Redis', () => {
  it('for an answer', async () => {
    expect(await checkRedis(inject('redisUrl'))).toMatchObject({ ok: true, detail: 'answers PONG' });
  });

  it('and says when it does not let this user in', async () => {
    const url = new URL(inject('redisUrl'));
    url.username = 'nobody';
    url.password = 'hunter2';
    const finding = await checkRedis(url.href);
    expect(finding).toMatchObject({ ok: false, remedy: expect.stringContaining('user and password') });
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });
});
