import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DiodeError } from '@diode/protocol';
import { type ConfigOf, readConfig, SHARED } from '@diode/runtime';
import { Agent } from 'undici';
import { makeApi } from '../client/api.js';
import {
  type Connection,
  type ConnectionOptions,
  findLocal,
  type Local,
  present,
  resolveConnection,
} from '../client/connection.js';
import type { Pause } from '../client/send.js';
import { checkClockOf } from '../doctor/check-clock-of.js';
import { checkDiode } from '../doctor/check-diode.js';
import { checkDns } from '../doctor/check-dns.js';
import { checkIssuer } from '../doctor/check-issuer.js';
import { checkDataDir, checkNode } from '../doctor/check-machine.js';
import { checkNetbox } from '../doctor/check-netbox.js';
import { checkPolicy } from '../doctor/check-policy.js';
import { checkPorts } from '../doctor/check-ports.js';
import { checkPostgres } from '../doctor/check-postgres.js';
import { checkRedis } from '../doctor/check-redis.js';
import { checkTls } from '../doctor/check-tls.js';
import { type Finding, failing } from '../doctor/finding.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../show/output.js';

const SETTINGS = {
  host: SHARED.host,
  port: SHARED.port,
  metricsPort: SHARED.metricsPort,
  issuerPort: SHARED.issuerPort,
  issuerAdminPort: SHARED.issuerAdminPort,
  netboxSimPort: SHARED.netboxSimPort,
  configDir: SHARED.configDir,
  dataDir: SHARED.dataDir,
  netboxUrl: SHARED.netboxUrl,
  netboxToken: SHARED.netboxToken,
  netboxCaFile: SHARED.netboxCaFile,
  databaseUrl: SHARED.databaseUrl,
  redisUrl: SHARED.redisUrl,
} as const;

type Config = ConfigOf<typeof SETTINGS>;

export interface DoctorDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Relative paths of the configuration start here, as those of the standalone do. */
  readonly checkout: string;
  readonly out: Output;
  readonly pause?: Pause;
}

/** Checks what can be checked from here, each with its remedy. Exit 1 when one fails; what is only to be minded does not fail. */
export async function doctor(o: ConnectionOptions, deps: DoctorDeps): Promise<number> {
  const findings = await examine(o, deps);
  deps.out.lines(findings.map(asLine));
  const failed = findings.filter((f) => !f.ok).length;
  const minded = findings.filter((f) => f.warn === true).length;
  const well = minded === 0 ? 'All is well.' : `All is well, ${minded} to be minded.`;
  deps.out.result({ findings }, failed === 0 ? well : `${failed} of ${findings.length} checks failed.`);
  return failed === 0 ? EXIT.ok : EXIT.attention;
}

function asLine(f: Finding): string {
  const word = f.ok ? (f.warn === true ? 'WARN' : 'ok  ') : 'FAIL';
  return `${word} ${f.check}: ${f.detail}${f.remedy === '' ? '' : `\n       ${f.remedy}`}`;
}

async function examine(o: ConnectionOptions, deps: DoctorDeps): Promise<readonly Finding[]> {
  const local = findLocal(deps.env, deps);
  const dataDir = resolve(deps.cwd, present(deps.env.DIODE_DATA_DIR) ?? join(deps.checkout, '.diode'));
  const machine = [checkNode(process.versions.node), ...(await checkDataDir(dataDir))];
  let config: Config;
  try {
    config = readConfig(SETTINGS, deps.env);
  } catch (error) {
    return [...machine, ...mistakesOf(error), ...(await examineDiode(o, deps, null))];
  }
  const issuerUrl = present(deps.env.HYDRA_PUBLIC_URL) ?? local?.issuerUrl ?? null;
  const diodeUrl = o.url ?? present(deps.env.DIODE_URL) ?? local?.url ?? null;
  const named = [
    { env: 'DIODE_URL', url: diodeUrl },
    { env: SHARED.netboxUrl.env, url: config.netboxUrl },
    { env: SHARED.hydraPublicUrl.env, url: issuerUrl },
    { env: SHARED.databaseUrl.env, url: config.databaseUrl },
    { env: SHARED.redisUrl.env, url: config.redisUrl },
  ];
  const findings = [...machine, ...checkPolicy(resolve(deps.checkout, config.configDir))];
  findings.push(
    ...(await checkDns(named.flatMap(({ env, url }) => (url !== null && URL.canParse(url) ? [{ env, url }] : [])))),
    ...(await examineTls({ diodeUrl, config, env: deps.env })),
    ...(await examineDiode(o, deps, config)),
    ...(await examineIssuer(issuerUrl, deps)),
    ...(await examineNetbox(config, local)),
  );
  if (config.databaseUrl !== null) {
    const migrationsDir = join(deps.checkout, 'packages', 'store', 'migrations');
    findings.push(...(await checkPostgres({ url: config.databaseUrl, migrationsDir })));
  }
  if (config.redisUrl !== null) findings.push(await checkRedis(config.redisUrl));
  return findings;
}

async function examineTls(o: {
  diodeUrl: string | null;
  config: Config;
  env: NodeJS.ProcessEnv;
}): Promise<readonly Finding[]> {
  const ends = [
    { url: o.diodeUrl, caFile: present(o.env.DIODE_CA_FILE) ?? null, caEnv: 'DIODE_CA_FILE' },
    { url: o.config.netboxUrl, caFile: o.config.netboxCaFile, caEnv: SHARED.netboxCaFile.env },
  ];
  const secured = ends.flatMap(({ url, ...rest }) => (url?.startsWith('https:') === true ? [{ url, ...rest }] : []));
  return Promise.all(
    secured.map(({ url, caFile, caEnv }) => checkTls({ url, ca: pemOf(caFile), caEnv, nowMs: Date.now() })),
  );
}

/** null also for a file that cannot be read: whoever needs it says so. */
function pemOf(file: string | null): string | null {
  if (file === null) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

async function examineIssuer(url: string | null, deps: DoctorDeps): Promise<readonly Finding[]> {
  if (url === null || !URL.canParse(url)) return [];
  const ca = pemOf(present(deps.env.DIODE_CA_FILE) ?? null);
  const dispatcher = new Agent(ca === null ? {} : { connect: { ca } });
  try {
    return await checkIssuer({ url, dispatcher });
  } finally {
    await dispatcher.destroy();
  }
}

/** The one that the settings name, else the stand-in of a standalone that runs here. */
async function examineNetbox(config: Config, local: Local | null): Promise<readonly Finding[]> {
  const { netboxCaFile: caFile } = config;
  const url = config.netboxUrl ?? local?.netboxUrl ?? null;
  if (url === null) return [];
  const token = config.netboxToken ?? (url === local?.netboxUrl ? local.netboxToken : null);
  return checkNetbox({ url, token, caFile, nowMs: () => Date.now(), permissions: true });
}

/** Every variable that cannot be understood. */
function mistakesOf(error: unknown): readonly Finding[] {
  if (!(error instanceof DiodeError)) throw error;
  return error.errors.map((e) => failing('environment', e.detail, e.remedy));
}

/** A Diode that is there is asked; where none runs, may one start? */
async function examineDiode(
  o: ConnectionOptions,
  deps: DoctorDeps,
  config: Config | null,
): Promise<readonly Finding[]> {
  let connection: Connection;
  try {
    connection = resolveConnection(o, deps.env, deps);
  } catch (error) {
    return [notThere(error), ...(config === null ? [] : await checkStandalonePorts(config))];
  }
  const api = makeApi(connection, deps.pause === undefined ? {} : { pause: deps.pause });
  try {
    return [...(await checkDiode(api)), ...(await checkClockOf('Diode', connection))];
  } catch (error) {
    const named = o.url !== undefined || deps.env.DIODE_URL !== undefined;
    return [notThere(error), ...(named || config === null ? [] : await checkStandalonePorts(config))];
  }
}

function notThere(error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error);
  return failing('Diode', detail, 'Start it with `diode start`, or name another with --url.');
}

function checkStandalonePorts(config: Config): Promise<readonly Finding[]> {
  const ports = [
    { env: SHARED.port.env, port: config.port },
    { env: SHARED.metricsPort.env, port: config.metricsPort ?? 9090 },
    { env: SHARED.issuerPort.env, port: config.issuerPort },
    { env: SHARED.issuerAdminPort.env, port: config.issuerAdminPort },
    ...(config.netboxUrl === null ? [{ env: SHARED.netboxSimPort.env, port: config.netboxSimPort }] : []),
  ];
  return checkPorts(config.host, ports);
}
