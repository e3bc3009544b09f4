import { DiodeError } from '@diode/protocol';
import { type ConfigOf, describeConfigMistakes, EXIT, readConfig } from '@diode/runtime';
import { loadRows, type MigrationState, migrate, migrateDown } from '@diode/store';
import { dumpDatabase } from './dump-database.js';
import { MIGRATE_SETTINGS } from './migrate-settings.js';
import { type Command, readArguments, USAGE } from './read-arguments.js';
import { describeUrl, notTheOwner, Setback, shortCause, toSetback } from './setback.js';
import { waitForSchema } from './wait-for-schema.js';

const PATIENCE_MS = 60_000;

export interface MigrateCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** How long Postgres may keep us waiting. Default 60 s. */
  readonly patienceMs?: number;
}

type Work = Exclude<Command, { kind: 'help' | 'wrong' }>;

interface Job {
  readonly call: MigrateCall;
  readonly config: ConfigOf<typeof MIGRATE_SETTINGS>;
  readonly url: string;
  readonly say: (line: string) => void;
}

/** The one-shot `diode-migrate`. Any number may run at once: each migration is applied once. Gives the exit code; never throws. */
export async function runMigrate(call: MigrateCall): Promise<number> {
  const command = readArguments(call.args);
  if (command.kind === 'help') {
    call.out(USAGE);
    return EXIT.ok;
  }
  if (command.kind === 'wrong') {
    call.err(`diode-migrate: ${command.why}\n\n${USAGE}`);
    return EXIT.usage;
  }
  try {
    const config = readConfig(MIGRATE_SETTINGS, call.env);
    const say = (line: string): void => call.out(`diode-migrate: ${line}\n`);
    await run(command, { call, config, url: urlOf(config), say });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof DiodeError && error.code === 'config_invalid') {
      call.err(describeConfigMistakes(error));
      return EXIT.config;
    }
    const setback = error instanceof Setback ? error : new Setback(EXIT.fault, shortCause(error), { cause: error });
    call.err(`diode-migrate: ${setback.message}\n`);
    return setback.exitCode;
  }
}

function urlOf(config: Job['config']): string {
  const url = config.migrateDatabaseUrl ?? config.databaseUrl;
  if (url !== null) return url;
  throw new Setback(
    EXIT.config,
    'DIODE_DATABASE_URL (or DIODE_DATABASE_URL_FILE) is not set, as .env.example explains.',
  );
}

async function run(command: Work, job: Job): Promise<void> {
  const patienceMs = job.call.patienceMs ?? PATIENCE_MS;
  const state = await waitForSchema({ url: job.url, patienceMs, say: job.say });
  if (command.kind === 'status') return showStatus(job, state);
  if (command.kind === 'down') return goDown(command, job, state);
  if (command.kind === 'load') return loadDump(command, job, state);
  if (state.pending.length > 0) await goUp(command, job, state);
  if (state.newer.length > 0) job.say(`a newer version applied ${state.newer.join(', ')}; this one lives with it`);
  job.say('the schema is up to date');
}

async function goUp(command: Work, job: Job, state: MigrationState): Promise<void> {
  if (!state.mayCreate) throw notTheOwner(job.url);
  await backUpIfAsked(command, job, state, state.pending[0] ?? '');
  await orSetback(job.url, () => migrate(job.url, { log: tellSteps(job.say, 'UP', 'applying') }));
}

async function loadDump(command: Work & { kind: 'load' }, job: Job, state: MigrationState): Promise<void> {
  if (!state.mayCreate) throw notTheOwner(job.url);
  const { migrations, tables } = await loadRows(job.url, command.dump);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  job.say(
    `${rows} rows are back, on the schema of ${migrations.at(-1) ?? 'no migration'}; run this with "up" for what came later`,
  );
}

async function goDown(command: Work & { kind: 'down' }, job: Job, state: MigrationState): Promise<void> {
  const names = state.applied.slice(-command.count).map((one) => one.name);
  if (names.length < command.count)
    throw new Setback(EXIT.usage, `only ${state.applied.length} migrations are applied, not ${command.count}`);
  const foreign = names.filter((name) => state.newer.includes(name));
  if (foreign.length > 0)
    throw new Setback(
      EXIT.usage,
      `a newer version applied ${foreign.join(', ')}: only its own diode-migrate can take it back`,
    );
  if (!command.yes)
    throw new Setback(
      EXIT.usage,
      `this would take back ${names.join(', ')}, with the data only they hold. Stop the services of this version, then say --yes.`,
    );
  if (!state.mayCreate) throw notTheOwner(job.url);
  await backUpIfAsked(command, job, state, `down-${names[0] ?? ''}`);
  await orSetback(job.url, () =>
    migrateDown(job.url, { count: command.count, log: tellSteps(job.say, 'DOWN', 'taking back') }),
  );
  job.say(`${names.length} taken back`);
}

async function backUpIfAsked(command: Work, job: Job, state: MigrationState, before: string): Promise<void> {
  if (!command.backupFirst && !job.config.backupFirst) return;
  if (state.applied.length === 0) return job.say('the database is empty: nothing to back up');
  job.say(`backing up ${describeUrl(job.url)}`);
  const file = await dumpDatabase({
    url: job.url,
    folder: job.config.backupDir,
    before,
    now: () => new Date(),
  });
  job.say(`backed up to ${file}`);
}

function showStatus(job: Job, state: MigrationState): void {
  for (const { name, appliedAt } of state.applied)
    job.call.out(`${state.newer.includes(name) ? 'newer  ' : 'applied'}  ${appliedAt}  ${name}\n`);
  for (const name of state.pending) job.call.out(`pending  ${' '.repeat(20)}  ${name}\n`);
}

/** Of what the migration tool says, the step it is at; the SQL it also prints is in the repository. */
function tellSteps(say: (line: string) => void, direction: string, words: string): (message: string) => void {
  const step = new RegExp(`^### MIGRATION (\\S+) \\(${direction}\\) ###`, 'm');
  return (message) => {
    const name = step.exec(message)?.[1];
    if (name !== undefined) say(`${words} ${name}`);
  };
}

async function orSetback(url: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw (
      toSetback(error, url) ??
      new Setback(EXIT.fault, `The connection to ${describeUrl(url)} was lost (${shortCause(error)}). Run this again.`)
    );
  }
}
