import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@diode/testkit';

/** A running standalone with its own data directory and ports. */
export interface TestStandalone {
  readonly url: string;
  readonly issuerUrl: string;
  readonly issuerAdminUrl: string;
  readonly metricsUrl: string;
  readonly netboxUrl: string;
  readonly netboxToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly dataDir: string;
  readonly pid: number;
  /** What it logged so far. */
  output(): string;
  token(scope?: string): Promise<string>;
  call(method: string, path: string, json?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  netbox(method: string, path: string, json?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  /** SIGKILL, nothing shut down. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

const ROOT = new URL('../..', import.meta.url).pathname;

export interface StartOptions {
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Fixed default ports (8080, 4444, …) instead of free ones. */
  readonly defaultPorts?: boolean;
}

export function freshDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'diode-e2e-'));
}

/** Starts the built standalone (`npm run build` first) and waits until it is healthy. */
export async function startStandalone(o: StartOptions = {}): Promise<TestStandalone> {
  const dataDir = o.dataDir ?? freshDataDir();
  const free = {
    DIODE_PORT: '0',
    DIODE_ISSUER_PORT: '0',
    DIODE_ISSUER_ADMIN_PORT: '0',
    DIODE_METRICS_PORT: '0',
    DIODE_NETBOX_SIM_PORT: '0',
  };
  const child = spawn(process.execPath, ['services/standalone/dist/main.js'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      DIODE_DATA_DIR: dataDir,
      DIODE_DEMO: '1',
      ...(o.defaultPorts ? {} : free),
      ...o.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const c = await until(async () => await ready(child, dataDir, () => output), {
    timeoutMs: 90_000,
    message: 'the standalone is healthy',
  });
  return makeHandle({ c, child, dataDir, exited, output: () => output });
}

async function ready(
  child: ChildProcess,
  dataDir: string,
  output: () => string,
): Promise<Record<string, string> | null> {
  if (child.exitCode !== null)
    throw new Error(`the standalone ended with ${child.exitCode}:\n${output().slice(-4_000)}`);
  let c: Record<string, string> & { pid?: unknown };
  try {
    c = JSON.parse(readFileSync(join(dataDir, 'connection.json'), 'utf8'));
  } catch {
    return null;
  }
  if (c.pid !== child.pid) return null;
  const health = await fetch(`${c.url}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  return health?.ok ? c : null;
}

function makeHandle(h: {
  c: Record<string, string>;
  child: ChildProcess;
  dataDir: string;
  exited: Promise<number | null>;
  output: () => string;
}): TestStandalone {
  const { c, child } = h;
  const url = c.url ?? '';
  const tokens = new Map<string, string>();
  const token = async (scope = 'read write'): Promise<string> => {
    const known = tokens.get(scope);
    if (known !== undefined) return known;
    const basic = Buffer.from(`${c.client_id}:${c.client_secret}`).toString('base64');
    const response = await fetch(`${c.issuer_url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    tokens.set(scope, access_token);
    return access_token;
  };
  return {
    url,
    issuerUrl: c.issuer_url ?? '',
    issuerAdminUrl: c.issuer_admin_url ?? '',
    metricsUrl: c.metrics_url ?? '',
    netboxUrl: c.netbox_url ?? '',
    netboxToken: c.netbox_token ?? '',
    clientId: c.client_id ?? '',
    clientSecret: c.client_secret ?? '',
    dataDir: h.dataDir,
    pid: child.pid ?? 0,
    output: h.output,
    token,
    call: async (method, path, json) => request(method, `${url}${path}`, `Bearer ${await token()}`, json),
    netbox: (method, path, json) => request(method, `${c.netbox_url}${path}`, `Token ${c.netbox_token}`, json),
    async kill() {
      child.kill('SIGKILL');
      await h.exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return h.exited;
    },
  };
}

async function request(
  method: string,
  url: string,
  authorization: string,
  json?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization,
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** Removes a data directory; its Postgres and Redis must have been stopped. */
export async function removeDataDir(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
}

/** Stops a standalone, if it got as far as to run, and removes its data. */
export async function endStandalone(diode: TestStandalone | undefined): Promise<void> {
  if (diode === undefined) return;
  await diode.stop();
  await removeDataDir(diode.dataDir);
}
