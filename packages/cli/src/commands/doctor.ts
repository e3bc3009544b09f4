import { resolve } from 'node:path';
import { DiodeError } from '@diode/protocol';
import { type ConfigOf, readConfig, SHARED } from '@diode/runtime';
import { makeApi } from '../client/api.js';
import { type Connection, type ConnectionOptions, resolveConnection } from '../client/connection.js';
import type { Pause } from '../client/send.js';
import { checkDiode } from '../doctor/check-diode.js';
import { checkDisk, checkNode } from '../doctor/check-machine.js';
import { checkNetbox } from '../doctor/check-netbox.js';
import { checkPolicy } from '../doctor/check-policy.js';
import { checkPorts } from '../doctor/check-ports.js';
import { checkSocket } from '../doctor/check-socket.js';
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

/** Checks what can be checked from here, each with its remedy. Exit 1 when one fails. */
export async function doctor(o: ConnectionOptions, deps: DoctorDeps): Promise<number> {
  const findings = await examine(o, deps);
  deps.out.lines(
    findings.map((f) => `${f.ok ? 'ok  ' : 'FAIL'} ${f.check}: ${f.detail}${f.ok ? '' : `\n       ${f.remedy}`}`),
  );
  const failed = findings.filter((f) => !f.ok).length;
  deps.out.result({ findings }, failed === 0 ? 'All is well.' : `${failed} of ${findings.length} checks failed.`);
  return failed === 0 ? EXIT.ok : EXIT.attention;
}

async function examine(o: ConnectionOptions, deps: DoctorDeps): Promise<readonly Finding[]> {
  const machine = [checkNode(process.versions.node), await checkDisk(deps.cwd)];
  let config: Config;
  try {
    config = readConfig(SETTINGS, deps.env);
  } catch (error) {
    return [...machine, ...mistakesOf(error), ...(await examineDiode(o, deps, null))];
  }
  const findings = [...machine, ...checkPolicy(resolve(deps.checkout, config.configDir))];
  findings.push(...(await examineDiode(o, deps, config)));
  if (config.netboxUrl !== null)
    findings.push(
      ...(await checkNetbox({
        url: config.netboxUrl,
        token: config.netboxToken,
        caFile: config.netboxCaFile,
        nowMs: () => Date.now(),
      })),
    );
  for (const url of [config.databaseUrl, config.redisUrl]) if (url !== null) findings.push(await checkSocket(url));
  return findings;
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
    return await checkDiode(api);
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
