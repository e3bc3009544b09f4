import { parseArgs } from 'node:util';

export const USAGE = `Usage: diode-migrate [up | status | down N --yes | load FOLDER] [--backup-first] [--help]

  up         applies what is pending (the default); waits up to a minute for Postgres
  status     lists what is applied and what is pending; changes nothing
  down N     takes the last N migrations back, with the data only they hold; needs --yes
  load F     puts the rows of a backup, made by --backup-first, into an empty database, on the schema they were made with

  --backup-first   copies all rows into a folder of DIODE_BACKUP_DIR before anything is changed, or changes nothing
                   (also DIODE_BACKUP_BEFORE_MIGRATE=1)

The database is DIODE_MIGRATE_DATABASE_URL, else DIODE_DATABASE_URL (or either as NAME_FILE).
Ends with 0 when done, 1 when it failed, 2 for a wrong call, 78 when something must be set up first.
`;

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'up' | 'status'; readonly backupFirst: boolean }
  | { readonly kind: 'down'; readonly count: number; readonly yes: boolean; readonly backupFirst: boolean }
  | { readonly kind: 'load'; readonly dump: string; readonly backupFirst: boolean }
  | { readonly kind: 'wrong'; readonly why: string };

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  yes: { type: 'boolean', default: false },
  'backup-first': { type: 'boolean', default: false },
} as const;

export function readArguments(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [kind = 'up', count, ...rest] = positionals;
    const backupFirst = values['backup-first'];
    if (values.help) return { kind: 'help' };
    if (rest.length > 0) return { kind: 'wrong', why: `too many arguments: ${rest.join(' ')}` };
    if (kind === 'down') return readDown(count, { yes: values.yes, backupFirst });
    if (kind === 'load') {
      return count === undefined ? { kind: 'wrong', why: 'load needs a folder' } : { kind, dump: count, backupFirst };
    }
    if (count !== undefined) return { kind: 'wrong', why: `${kind} takes no argument, not "${count}"` };
    if (kind === 'up' || kind === 'status') return { kind, backupFirst };
    return { kind: 'wrong', why: `there is no command "${kind}"` };
  } catch (error) {
    return { kind: 'wrong', why: error instanceof Error ? error.message : String(error) };
  }
}

function readDown(count: string | undefined, o: { readonly yes: boolean; readonly backupFirst: boolean }): Command {
  if (count === undefined || !/^[1-9]\d{0,3}$/.test(count))
    return { kind: 'wrong', why: 'down needs the number of migrations to take back' };
  return { kind: 'down', count: Number(count), ...o };
}
