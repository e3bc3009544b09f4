import { statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { isJsonObject } from '@diode/protocol';
import { makeApi } from '../client/api.js';
import { type ConnectionOptions, resolveConnection } from '../client/connection.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../show/output.js';

export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
}

const LEAST_DISK_BYTES = 1024 ** 3;
const NET_TIMEOUT_MS = 5_000;

/** Checks what can be checked from here, each with its remedy. Exit 1 when one fails. */
export async function doctor(
  o: ConnectionOptions,
  deps: { env: NodeJS.ProcessEnv; cwd: string; out: Output },
): Promise<number> {
  const findings: Finding[] = [checkNode(), await checkDisk(deps.cwd)];
  findings.push(...(await checkDiode(o, deps)));
  const netbox = deps.env.DIODE_NETBOX_URL;
  if (netbox !== undefined) findings.push(...(await checkNetbox(netbox, deps.env.DIODE_NETBOX_TOKEN)));
  for (const url of [deps.env.DIODE_DATABASE_URL, deps.env.DIODE_REDIS_URL])
    if (url !== undefined) findings.push(await checkSocket(url));
  deps.out.lines(
    findings.map((f) => `${f.ok ? 'ok  ' : 'FAIL'} ${f.check}: ${f.detail}${f.ok ? '' : `\n       ${f.remedy}`}`),
  );
  const failed = findings.filter((f) => !f.ok).length;
  deps.out.result({ findings }, failed === 0 ? 'All is well.' : `${failed} of ${findings.length} checks failed.`);
  return failed === 0 ? EXIT.ok : EXIT.attention;
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { check: 'Node.js', ok, detail: process.version, remedy: 'Install Node.js 20.19 or newer.' };
}

async function checkDisk(dir: string): Promise<Finding> {
  const found = await statfs(dir);
  const free = found.bavail * found.bsize;
  return {
    check: 'disk',
    ok: free > LEAST_DISK_BYTES,
    detail: `${(free / 1024 ** 3).toFixed(1)} GiB free in ${dir}`,
    remedy: 'Free at least 1 GiB.',
  };
}

async function checkDiode(
  o: ConnectionOptions,
  deps: { env: NodeJS.ProcessEnv; cwd: string },
): Promise<readonly Finding[]> {
  try {
    const api = makeApi(resolveConnection(o, deps.env, deps.cwd));
    const status = await api.request('GET', '/api/v1/sync/status');
    const reached: Finding = {
      check: 'Diode',
      ok: true,
      detail: `${api.url} answers and accepts this client`,
      remedy: '',
    };
    if (status.status !== 200) {
      return [
        reached,
        {
          check: 'read scope',
          ok: false,
          detail: `HTTP ${status.status}`,
          remedy: 'Give the client the scope read or diode:read.',
        },
      ];
    }
    const netbox = isJsonObject(status.body.netbox) ? status.body.netbox : {};
    return [
      reached,
      {
        check: 'platform',
        ok: status.body.status !== 'stalled',
        detail: String(status.body.status),
        remedy: 'GET /api/v1/why-idle names the gate that is closed.',
      },
      {
        check: 'NetBox as Diode sees it',
        ok: netbox.reachable === true,
        detail: netbox.reachable === true ? `version ${String(netbox.version)}` : 'not reachable',
        remedy: 'Check DIODE_NETBOX_URL and DIODE_NETBOX_TOKEN of the reconciler, and the network between them.',
      },
    ];
  } catch (error) {
    return [
      {
        check: 'Diode',
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
        remedy: 'Start it with `diode start`, or name another with --url.',
      },
    ];
  }
}

async function checkNetbox(url: string, token: string | undefined): Promise<readonly Finding[]> {
  const base = url.replace(/\/+$/, '');
  const check = `NetBox at ${base}`;
  try {
    const keyword = token?.startsWith('nbt_') === true ? 'Bearer' : 'Token';
    const response = await fetch(`${base}/api/status/`, {
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `${keyword} ${token}` }) },
      signal: AbortSignal.timeout(NET_TIMEOUT_MS),
    });
    const body = await response.text();
    if (response.status === 403)
      return [
        {
          check,
          ok: false,
          detail: 'it refuses the token',
          remedy: 'Set DIODE_NETBOX_TOKEN to a token that is enabled and may write.',
        },
      ];
    if (response.status !== 200 || !body.trimStart().startsWith('{')) {
      return [
        {
          check,
          ok: false,
          detail: `HTTP ${response.status}, not the JSON of /api/status/`,
          remedy: 'DIODE_NETBOX_URL must end where /api begins (mind a base path such as /netbox).',
        },
      ];
    }
    const status: unknown = JSON.parse(body);
    const skew = clockSkewSeconds(response.headers.get('date'));
    const version = isJsonObject(status) ? String(status['netbox-version'] ?? '') : '';
    return [
      { check, ok: supports(version), detail: `version ${version}`, remedy: 'Diode needs NetBox 4.2 or newer.' },
      { check: 'clock', ok: skew < 60, detail: `${skew} s apart from NetBox`, remedy: 'Keep both machines on NTP.' },
    ];
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return [
      {
        check,
        ok: false,
        detail: cause,
        remedy: 'Check the name, the port, the firewall, and for a private CA DIODE_NETBOX_CA_FILE.',
      },
    ];
  }
}

function supports(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 4 || (major === 4 && minor >= 2);
}

function clockSkewSeconds(date: string | null): number {
  return date === null ? 0 : Math.abs(Math.round((Date.parse(date) - Date.now()) / 1_000));
}

function checkSocket(url: string): Promise<Finding> {
  const { hostname, port, protocol } = new URL(url);
  const name = protocol.startsWith('redis') ? 'Redis' : 'Postgres';
  const check = `${name} at ${hostname}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: Number(port || (name === 'Redis' ? 6379 : 5432)),
      timeout: NET_TIMEOUT_MS,
    });
    const done = (ok: boolean, detail: string): void => {
      socket.destroy();
      resolve({ check, ok, detail, remedy: `Check that ${name} runs there and is reachable from here.` });
    };
    socket.once('connect', () => done(true, 'accepts connections'));
    socket.once('timeout', () => done(false, 'no answer in 5 s'));
    socket.once('error', (error) => done(false, error.message));
  });
}
