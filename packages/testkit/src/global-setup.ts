import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@diode/embedded';
import type { TestProject } from 'vitest/node';
import { dropDatabasesOf } from './run-databases.js';
import './provided-context.js';

const quiet = { info: () => undefined, warn: () => undefined };

/**
 * One Postgres and one Redis for the whole run, without fsync, in a directory that is removed at the end. A server of your
 * own is used instead when DIODE_TEST_DATABASE_URL (an account that may create databases) or DIODE_TEST_REDIS_URL names one.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const givenDatabase = process.env.DIODE_TEST_DATABASE_URL;
  const givenRedis = process.env.DIODE_TEST_REDIS_URL;
  const testRunId = randomBytes(4).toString('hex');
  const dataDir = await mkdtemp(join(tmpdir(), 'diode-test-'));
  // mkdtemp makes it 0700; the servers run as another user when the tests run as root.
  await chmod(dataDir, 0o755);

  const [postgres, redis] = await Promise.all([
    startPostgres({
      dataDir,
      database: 'postgres',
      durable: false,
      log: quiet,
      ...(givenDatabase ? { databaseUrl: givenDatabase } : {}),
    }),
    startRedis({ dataDir, durable: false, log: quiet, ...(givenRedis ? { redisUrl: givenRedis } : {}) }),
  ]);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  project.provide('testRunId', testRunId);

  return async () => {
    if (postgres.kind === 'given') await dropDatabasesOf(postgres.url, testRunId);
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  };
}
