import type { Readable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Api, makeApi, pause } from './client/api.js';
import { type ConnectionOptions, resolveConnection } from './client/connection.js';
import type { Need } from './client/token.js';
import type { ExportOptions } from './commands/export.js';
import { get } from './commands/get.js';
import { setMode } from './commands/go-live.js';
import { type ImportFilesOptions, importFiles } from './commands/import.js';
import { type IngestOptions, ingest } from './commands/ingest.js';
import { start } from './commands/start.js';
import { FORMATS } from './read/format.js';
import { makeOutput, type Output, type OutputStream } from './show/output.js';
import { VERSION } from './version.js';

export interface ProgramIo {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where the command is installed. */
  readonly checkout: string;
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly exit: (code: number) => void;
  /** From now on Ctrl-C aborts this signal instead of ending the process; a second Ctrl-C ends it. */
  readonly onInterrupt: () => AbortSignal;
}

const EXIT_CODES =
  '\nExit codes: 0 ok, 1 something needs attention, 2 wrong usage or file, 3 not reachable or not let in, 78 a setting is missing or wrong, 130 interrupted.';

/** The command line of `diode`; each command ends by `io.exit(code)` or a CliError. Never ends the process itself. */
export function makeProgram(io: ProgramIo): Command {
  const program = new Command('diode')
    .description('Assert what you know about the network; Diode makes NetBox say so.')
    .version(VERSION, '-V, --version', 'the version of this command')
    .option('--json', 'one JSON document on standard output, nothing else', false)
    .option(
      '--url <url>',
      'where Diode is (DIODE_URL; default: the standalone of this checkout, else http://localhost:8080)',
    )
    .option(
      '--client-id <id>',
      'OAuth2 client (DIODE_CLIENT_ID; its secret as DIODE_CLIENT_SECRET or _FILE, else what the standalone here keeps)',
    )
    .configureOutput({ writeOut: (s) => void io.stdout.write(s), writeErr: (s) => void io.stderr.write(s) })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(diode --help shows what there is)')
    .addHelpText('after', EXIT_CODES)
    // Commands inherit this, so it stands before they are made: without it their mistakes would end the process with 1.
    .exitOverride();
  const out = (): Output =>
    makeOutput({ json: program.opts<{ json: boolean }>().json, stdout: io.stdout, stderr: io.stderr });
  const connectionOptions = (): ConnectionOptions => program.opts();
  const api = (o: { need?: Need; signal?: AbortSignal } = {}): Api =>
    makeApi(resolveConnection(connectionOptions(), io.env, io), o);
  const command = (name: string, description: string, example: string): Command =>
    program.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}`);

  command(
    'start',
    'run the standalone: everything in one process, nothing needed but Node',
    'DIODE_DEMO=1 diode start',
  ).action(async () => io.exit(await start(io.env)));
  command(
    'ingest',
    'send a file of entities: JSON, NDJSON or CSV',
    'diode ingest devices.csv --dry-run\n  lldp-dump | diode ingest - --format ndjson --source lldp --wait',
  )
    .argument('<file>', 'the file; - is standard input')
    .option('--source <name>', "the system that asserts this (default: the file's own, else diode-cli)")
    .option('--type <collection>', "what the rows are, for files that do not say (default: the file's name)")
    .addOption(new Option('--format <format>', "default: by the file's ending").choices([...FORMATS]))
    .option('--dry-run', 'show the plan, write nothing', false)
    .option('--wait', 'follow until every entity has its receipt', false)
    .option('--wait-seconds <n>', 'give up following after this long', seconds, 300)
    .action(async (file: string, options: Omit<IngestOptions, 'file'>) => {
      const signal = io.onInterrupt();
      io.exit(
        await ingest({ ...options, file }, { connect: () => api({ signal }), out: out(), stdin: io.stdin, signal }),
      );
    });
  command(
    'import',
    'bring files into NetBox to the last receipt: CSV, JSON or NDJSON; goes on where it was stopped',
    'diode import devices.csv --dry-run\n  diode import export/ --report report.csv',
  )
    .argument('<files...>', 'files, or directories of them; sites go before devices; - is standard input')
    .option('--source <name>', "the system that asserts this (default: the file's own, else diode-import)")
    .option('--type <collection>', "what the rows are, for files that do not say (default: the file's name)")
    .addOption(new Option('--format <format>', "default: by the file's ending").choices([...FORMATS]))
    .option('--dry-run', 'show the plan, write nothing', false)
    .option('--report <file>', 'what became of each record, with its line: .csv or .ndjson')
    .option('--strict', 'stop at the first record that cannot be read or is refused', false)
    .option('--state-dir <dir>', 'where it is kept what was sent already (default: beside each file)')
    .option('--wait-seconds <n>', 'give up when nothing moved for this long', seconds, 600)
    .action(async (files: string[], options: Omit<ImportFilesOptions, 'files'>) => {
      const signal = io.onInterrupt();
      const deps = { connect: () => api({ signal }), out: out(), stdin: io.stdin, signal };
      io.exit(await importFiles({ ...options, files }, deps));
    });
  command(
    'export',
    'write what NetBox holds (DIODE_NETBOX_URL, DIODE_NETBOX_TOKEN) as import takes it',
    'diode export --format csv --out export/\n  diode export devices interfaces --out devices.ndjson',
  )
    .argument('[collections...]', 'devices, ip-addresses, vlans, ... (default: all that Diode writes)')
    .addOption(new Option('--format <format>', 'default: by the ending of --out, else ndjson').choices([...FORMATS]))
    .option('--out <path>', 'a file, or for CSV a directory, which gets a file a collection (default: standard output)')
    .action(async (collections: string[], options: Omit<ExportOptions, 'collections'>) => {
      // It brings the adapter to NetBox with it; the other commands start faster without.
      const [{ exportCollections }, { openNetbox, resolveNetbox }] = await Promise.all([
        import('./commands/export.js'),
        import('./export/netbox-source.js'),
      ]);
      const signal = io.onInterrupt();
      const connect = () => openNetbox(resolveNetbox(io.env, io), { pause, signal });
      const { json } = program.opts<{ json: boolean }>();
      io.exit(
        await exportCollections(
          { ...options, collections },
          { connect, out: out(), stdout: io.stdout, stderr: io.stderr, json, signal },
        ),
      );
    });
  command(
    'doctor',
    'check what can be checked from here, with a remedy for each failure',
    'DIODE_NETBOX_URL=https://netbox.example.com DIODE_NETBOX_TOKEN_FILE=token diode doctor',
  ).action(async () => {
    // It brings the policy's and the services' settings with it; the other commands start faster without.
    const { doctor } = await import('./commands/doctor.js');
    io.exit(await doctor(connectionOptions(), { env: io.env, cwd: io.cwd, checkout: io.checkout, out: out() }));
  });
  command('get', 'read a path of the API and print its JSON', 'diode get /api/v1/why-idle')
    .argument('<path>', 'begins with /')
    .action(async (path: string) => io.exit(await get(path, { api: api(), out: out() })));
  command(
    'go-live',
    'end observing: write plans to NetBox from now on (needs scope admin)',
    'diode go-live --client-id diode-operator',
  ).action(async () => io.exit(await setMode('write', { api: api({ need: 'decide' }), out: out() })));
  command(
    'observe',
    'plan and give receipts, write nothing (needs scope admin)',
    'diode observe --client-id diode-operator',
  ).action(async () => io.exit(await setMode('observe', { api: api({ need: 'decide' }), out: out() })));
  return program;
}

function seconds(value: string): number {
  const n = Number(value);
  if (value.trim() !== '' && Number.isFinite(n) && n >= 0) return n;
  throw new InvalidArgumentError('It is a number of seconds.');
}
