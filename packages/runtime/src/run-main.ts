import { hostname } from 'node:os';
import { DiodeError } from '@diode/protocol';
import { type ConfigOf, readConfig, type Settings } from './config/read-config.js';
import { SHARED } from './config/shared-settings.js';
import { type Lifecycle, makeLifecycle } from './lifecycle.js';
import { type DestinationStream, type Logger, makeLogger } from './logger.js';

/** How a process ends. `config` is sysexits' EX_CONFIG; a second signal ends with 128 + its number, as shells expect. */
export const EXIT = { ok: 0, fault: 1, usage: 2, config: 78 } as const;

/** The part of `process` that is used; a test passes its own. */
export interface ProcessPort {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
  readonly stderr: { write(text: string): unknown };
}

/** What every process reads beside its own settings. */
const BASE = { logLevel: SHARED.logLevel, instanceId: SHARED.instanceId } as const;

/** What `start` is given. */
export interface MainContext<S extends Settings> {
  readonly config: ConfigOf<S>;
  readonly logger: Logger;
  readonly life: Lifecycle;
  readonly instanceId: string;
}

export interface RunMainOptions<S extends Settings> {
  readonly service: string;
  readonly settings: S;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Builds, listens and returns; the process then runs until a signal or a fault. */
  readonly start: (context: MainContext<S>) => Promise<void>;
  readonly process?: ProcessPort;
  readonly logDestination?: DestinationStream;
}

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const;

/**
 * Runs a service's `main`: reads its settings (mistakes are printed all at once, exit 78), makes its logger and calls `start`.
 * SIGTERM and SIGINT stop it in order (exit 0), a second one at once; an uncaught fault is logged, stops it in order and ends
 * with 1. Never throws.
 */
export async function runMain<const S extends Settings>(o: RunMainOptions<S>): Promise<void> {
  const proc: ProcessPort = o.process ?? process;
  const read = readSettings(o, proc);
  if (read === null) return;
  const { base, config } = read;
  const instanceId = base.instanceId ?? `${hostname()}-${process.pid}`;
  const destination = o.logDestination === undefined ? {} : { destination: o.logDestination };
  const logger = makeLogger({ level: base.logLevel, service: o.service, instanceId, ...destination });
  const life = makeLifecycle({ logger });
  const end = stopOnSignals({ proc, life, logger });
  try {
    await o.start({ config, logger, life, instanceId });
  } catch (error) {
    if (isConfigMistake(error)) proc.stderr.write(describeConfigMistakes(error));
    else logger.fatal({ err: error }, 'start failed');
    await end('start failed', isConfigMistake(error) ? EXIT.config : EXIT.fault);
  }
}

function readSettings<S extends Settings>(
  o: RunMainOptions<S>,
  proc: ProcessPort,
): { base: ConfigOf<typeof BASE>; config: ConfigOf<S> } | null {
  try {
    readConfig<Settings>({ ...BASE, ...o.settings }, o.env); // together first, so that all mistakes come at once
    return { base: readConfig(BASE, o.env), config: readConfig(o.settings, o.env) };
  } catch (error) {
    if (!isConfigMistake(error)) throw error;
    proc.stderr.write(describeConfigMistakes(error));
    proc.exit(EXIT.config);
    return null;
  }
}

type End = (reason: string, code: number) => Promise<void>;

function stopOnSignals(o: { proc: ProcessPort; life: Lifecycle; logger: Logger }): End {
  let signals = 0;
  const end: End = async (reason, code) => {
    const failed = await o.life.stop(reason);
    o.proc.exit(code === EXIT.ok && failed.length > 0 ? EXIT.fault : code);
  };
  for (const [name, number] of Object.entries(SIGNALS)) {
    o.proc.on(name, () => {
      signals += 1;
      if (signals > 1) o.proc.exit(128 + number);
      else void end(name, EXIT.ok);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    o.proc.on(event, (err) => {
      o.logger.fatal({ err }, 'unexpected fault; the process stops');
      void end(event, EXIT.fault);
    });
  }
  return end;
}

/** The mistakes of a configuration as lines for a person. */
export function describeConfigMistakes(error: DiodeError): string {
  if (error.errors.length === 0) return `The configuration has a mistake:\n  - ${error.detail}\n`;
  const lines = error.errors.map((item) => `  - ${item.detail}\n    ${item.remedy}`);
  return `The configuration has ${error.errors.length === 1 ? 'a mistake' : `${error.errors.length} mistakes`}:\n${lines.join('\n')}\n`;
}

function isConfigMistake(error: unknown): error is DiodeError {
  return error instanceof DiodeError && (error.code === 'config_invalid' || error.code === 'policy_invalid');
}
