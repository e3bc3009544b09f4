import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile } from './stats.js';

const DEVICES = 200;

interface Connection {
  readonly pid: number;
  readonly url: string;
  readonly issuer_url: string;
  readonly client_id: string;
  readonly client_secret: string;
}

/** Accepted to applied, one device at a time on an idle standalone with the stand-in; and what the standalone needs in memory when idle. */
export async function measureLatency(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'diode-bench-'));
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../services/standalone/dist/main.js', import.meta.url))],
    {
      env: {
        PATH: process.env.PATH ?? '',
        DIODE_DATA_DIR: dataDir,
        DIODE_LOG_LEVEL: 'warn',
        ...Object.fromEntries(
          ['PORT', 'ISSUER_PORT', 'ISSUER_ADMIN_PORT', 'METRICS_PORT', 'NETBOX_SIM_PORT'].map((name) => [
            `DIODE_${name}`,
            '0',
          ]),
        ),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  try {
    const c = await connected(child, dataDir);
    const idleBytes = residentOfTree(child.pid ?? 0);
    const token = await fetchToken(c);
    const samples: number[] = [];
    for (let i = 0; i < DEVICES; i += 1) {
      const start = performance.now();
      const response = await fetch(`${c.url}/api/v1/ingest/devices?wait=30s`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          source: 'bench',
          data: { name: `LAT-${i}`, device_type: 'Model', site: 'DC1', role: 'access' },
        }),
      });
      const body = (await response.json()) as { status: string };
      if (body.status !== 'completed') throw new Error(`not applied: ${JSON.stringify(body)}`);
      samples.push(performance.now() - start);
    }
    samples.sort((a, b) => a - b);
    const ms = (q: number): string => `${quantile(samples, q).toFixed(0)} ms`;
    console.log('\nAccepted to applied, idle system, one device at a time, against the stand-in');
    console.log(
      `  p50 ${ms(0.5)} (goal: under 150 ms), p90 ${ms(0.9)}, p99 ${ms(0.99)} (goal: under 1 s), longest ${ms(1)}`,
    );
    console.log(
      `\nStandalone, idle, with its Postgres and Redis: ${(idleBytes / 1024 ** 2).toFixed(0)} MB (proportional set size; goal: under 350)`,
    );
  } finally {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function connected(child: ChildProcess, dataDir: string): Promise<Connection> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the standalone ended with ${child.exitCode}`);
    await pause(100);
    try {
      const c: Connection = JSON.parse(readFileSync(join(dataDir, 'connection.json'), 'utf8'));
      if (c.pid === child.pid) return c;
    } catch {
      // Not written yet.
    }
  }
}

async function fetchToken(c: Connection): Promise<string> {
  const response = await fetch(`${c.issuer_url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${c.client_id}:${c.client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Proportional set size of a process and all below it: pages that are shared count once. */
function residentOfTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const own = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  return children === ''
    ? own
    : own + children.split(' ').reduce((sum, child) => sum + residentOfTree(Number(child)), 0);
}
