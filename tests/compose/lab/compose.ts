import { type CommandResult, runCommand } from '../../tools/run-command.js';

/** A container as `docker compose ps` sees it. */
export interface ContainerState {
  readonly service: string;
  readonly name: string;
  readonly id: string;
  readonly state: string;
  readonly health: string;
  readonly exitCode: number;
}

/** One Compose project of the tests. Every verb throws with what Compose said when it fails. */
export interface Project {
  /** The checkout it runs from. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  compose(...args: readonly string[]): Promise<string>;
  /** The same, for commands whose failure is looked at. */
  tryCompose(...args: readonly string[]): Promise<CommandResult>;
  docker(...args: readonly string[]): Promise<string>;
  /** Runs a command in a service's container. */
  exec(service: string, ...command: readonly string[]): Promise<string>;
  /** Runs a script or program of the checkout, with the project's environment. */
  command(program: string, args: readonly string[], o?: { input?: string; timeoutMs?: number }): Promise<CommandResult>;
  ps(): Promise<readonly ContainerState[]>;
  /** Stops and removes everything, volumes too. */
  destroy(): Promise<void>;
}

/** Long enough for images to be built on a slow machine. */
const TIMEOUT_MS = 20 * 60_000;

export function openProject(o: {
  readonly dir: string;
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Compose files; docker-compose.yaml when left out. */
  readonly files?: readonly string[];
}): Project {
  const env = {
    ...engine(),
    COMPOSE_PROJECT_NAME: o.name,
    ...(o.files === undefined ? {} : { COMPOSE_FILE: o.files.join(':') }),
    ...ports(),
    DIODE_VERSION: process.env.DIODE_VERSION ?? 'test',
    ...o.env,
  };
  const command: Project['command'] = (program, args, p) =>
    runCommand(program, args, { cwd: o.dir, env, timeoutMs: TIMEOUT_MS, ...p });
  const tryCompose: Project['tryCompose'] = (...args) => command('docker', ['compose', '--ansi', 'never', ...args]);
  const must = async (result: Promise<CommandResult>, what: string): Promise<string> => {
    const { code, stdout, stderr } = await result;
    if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout.slice(-4_000)}\n${stderr.slice(-8_000)}`);
    return stdout;
  };
  const compose: Project['compose'] = (...args) => must(tryCompose(...args), `docker compose ${args.join(' ')}`);
  return {
    dir: o.dir,
    env,
    compose,
    tryCompose,
    command,
    docker: (...args) => must(command('docker', args), `docker ${args.join(' ')}`),
    exec: (service, ...args) => compose('exec', '-T', service, ...args),
    async ps() {
      const lines = (await compose('ps', '--all', '--no-trunc', '--format', 'json'))
        .split('\n')
        .filter((l) => l !== '');
      return lines.map((line) => stateOf(JSON.parse(line)));
    },
    async destroy() {
      await compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '10');
    },
  };
}

/** Ports this shell asks for; the defaults where it says nothing. */
function ports(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      /^DIODE_([A-Z0-9_]+_)?PORT(_2)?$/.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** How this shell reaches the engine. */
function engine(): Record<string, string> {
  const names = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'];
  return Object.fromEntries(names.flatMap((n) => (process.env[n] === undefined ? [] : [[n, process.env[n]]])));
}

function stateOf(row: Record<string, unknown>): ContainerState {
  return {
    service: String(row.Service),
    name: String(row.Name),
    id: String(row.ID),
    state: String(row.State),
    health: String(row.Health ?? ''),
    exitCode: Number(row.ExitCode ?? 0),
  };
}
