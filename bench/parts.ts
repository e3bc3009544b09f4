import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@diode/embedded';
import { startIssuer } from '@diode/issuer';
import { migrate } from '@diode/store';

export interface BenchParts {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly issuerUrl: string;
  readonly adminUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

const QUIET = { info: (): void => {}, warn: (): void => {}, error: (): void => {} };
const SECRET = 'bench-secret-of-this-run';

/** Postgres, Redis and an issuer of this run, with one client's token. */
export async function startParts(): Promise<BenchParts> {
  const dir = mkdtempSync(join(tmpdir(), 'diode-bench-'));
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: join(dir, 'postgres'), log: QUIET }),
    startRedis({ dataDir: join(dir, 'redis'), log: QUIET }),
  ]);
  await migrate(postgres.url);
  const issuer = await startIssuer({
    dataDir: join(dir, 'issuer'),
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    log: QUIET,
    clients: [
      {
        client_id: 'bench',
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        scope: 'read write',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
  });
  const response = await fetch(`${issuer.publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`bench:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    issuerUrl: issuer.publicUrl,
    adminUrl: issuer.adminUrl,
    token: access_token,
    async stop() {
      await issuer.close();
      await Promise.all([postgres.stop(), redis.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export interface BenchProcess {
  readonly ready: Record<string, unknown>;
  /** Resident memory in bytes. */
  memoryBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A server process that says where it listens by its first message. */
export async function startProcess(
  script: string,
  env: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): Promise<BenchProcess> {
  const child: ChildProcess = fork(script, [], {
    env: { PATH: process.env.PATH ?? '', ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = await new Promise<Record<string, unknown>>((done, failed) => {
    child.once('message', (message) => done(message as Record<string, unknown>));
    child.once('exit', (code) => failed(new Error(`${script} ended with ${code}`)));
  });
  return {
    ready,
    async memoryBytes() {
      const { readFile } = await import('node:fs/promises');
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    },
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => done());
        child.kill('SIGTERM');
      }),
  };
}
