import { Command, Option } from 'commander';
import { makeApi } from './client/api.js';
import { resolveConnection } from './client/connection.js';
import { doctor } from './commands/doctor.js';
import { get } from './commands/get.js';
import { setMode } from './commands/go-live.js';
import { ingest } from './commands/ingest.js';
import { start } from './commands/start.js';
import { FORMATS } from './read/read-records.js';
import { makeOutput, type Output } from './show/output.js';

export interface ProgramIo {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly exit: (code: number) => void;
}

/** The command line of `diode`; each command ends by `io.exit(code)`. */
export function makeProgram(io: ProgramIo): Command {
  const program = new Command('diode')
    .description('Assert what you know about the network; Diode makes NetBox say so.')
    .option('--json', 'one JSON document on standard output, nothing else', false)
    .option(
      '--url <url>',
      'where Diode is (DIODE_URL; default: the standalone of this checkout, else http://localhost:8080)',
    )
    .option('--client-id <id>', 'OAuth2 client (DIODE_CLIENT_ID)')
    .configureOutput({ writeOut: (s) => void io.stdout.write(s), writeErr: (s) => void io.stderr.write(s) })
    .showHelpAfterError('(diode --help shows what there is)')
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 something needs attention, 2 wrong usage or file, 3 not reachable or not let in.',
    );
  const out = (): Output =>
    makeOutput({ json: program.opts<{ json: boolean }>().json, stdout: io.stdout, stderr: io.stderr });
  const connectionOptions = (): { url?: string; clientId?: string } => program.opts();
  const api = (): ReturnType<typeof makeApi> => makeApi(resolveConnection(connectionOptions(), io.env, io.cwd));

  program
    .command('start')
    .description('run the standalone: everything in one process, nothing needed but Node')
    .action(async () => io.exit(await start(io.env)));
  program
    .command('ingest')
    .description('send a file of entities (JSON, NDJSON or CSV; - is standard input)')
    .argument('<file>')
    .option('--source <name>', "the system that asserts this (default: the file's own, else diode-cli)")
    .option('--type <collection>', "what the rows are, for files that do not say (default: the file's name)")
    .addOption(new Option('--format <format>', "default: by the file's ending").choices([...FORMATS]))
    .option('--dry-run', 'show the plan, write nothing', false)
    .option('--wait', 'follow until every entity has its receipt', false)
    .option('--wait-seconds <n>', 'give up following after this long', Number, 300)
    .action(async (file: string, options) =>
      io.exit(await ingest({ file, ...options }, { api: api(), out: out(), stdin: io.stdin })),
    );
  program
    .command('doctor')
    .description('check what can be checked from here, with a remedy for each failure')
    .action(async () => io.exit(await doctor(connectionOptions(), { env: io.env, cwd: io.cwd, out: out() })));
  program
    .command('get')
    .description('read a path of the API, for example /api/v1/why-idle')
    .argument('<path>')
    .action(async (path: string) => io.exit(await get(path, { api: api(), out: out() })));
  program
    .command('go-live')
    .description('end observing: write plans to NetBox from now on (needs scope admin)')
    .action(async () => io.exit(await setMode('write', { api: api(), out: out() })));
  program
    .command('observe')
    .description('plan and give receipts, write nothing (needs scope admin)')
    .action(async () => io.exit(await setMode('observe', { api: api(), out: out() })));
  return program;
}
