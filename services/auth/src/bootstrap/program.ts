import { Command, Option } from 'commander';
import { add, remove, rotate } from './change-clients.js';
import type { BootstrapContext } from './context.js';
import { list, show } from './show-clients.js';
import type { WaitOptions } from './wait-until-ready.js';
import { writeClients } from './write-clients.js';

const EXITS = `
Exit codes: 0 done, 1 a fault (Hydra is away, no such client), 2 wrong usage, 78 the configuration has mistakes.
Reads HYDRA_ADMIN_URL, DIODE_CLIENT_CONFIG, DIODE_CLIENT_SECRETS_DIR, OAUTH2_CLIENT_ID, DIODE_JWKS_URL, DIODE_DEMO.`;

interface AddFlags {
  readonly name?: string;
  readonly scope: string;
  readonly source: readonly string[];
  readonly method: 'client_secret_basic' | 'client_secret_post';
}

/** The command line of diode-auth-bootstrap; the context is made when a command runs, not for --help. */
export function makeProgram(
  context: () => BootstrapContext,
  io: { readonly out: (text: string) => void; readonly err: (text: string) => void },
  wait: WaitOptions,
): Command {
  const program = new Command('diode-auth-bootstrap')
    .description(
      'Writes the clients of oauth2/client-config.json and their secrets to Hydra; without a command, all of them.',
    )
    .addHelpText('after', EXITS)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .allowExcessArguments(false)
    .action(() => writeClients(context(), wait));
  program
    .command('list')
    .description('the clients Hydra has')
    .option('--json', 'as JSON', false)
    .action((o: { json: boolean }) => list(context(), o));
  program
    .command('show <client-id>')
    .description("print a client's secret")
    .action((id: string) => show(context(), id));
  program
    .command('rotate <client-id>')
    .description('give a client a new secret, revoke its tokens, and print the secret')
    .action((id: string) => rotate(context(), id));
  program
    .command('add <client-id>')
    .description('make a client and print its secret')
    .option('--name <text>', 'its name; the id where it has none')
    .option('--scope <scopes>', 'what it may do, with spaces', 'diode:ingest')
    .option('--source <name>', 'a source it may assert as, again for each; any where none is named', collect, [])
    .addOption(
      new Option('--method <method>', 'how it sends its secret to Hydra')
        .choices(['client_secret_basic', 'client_secret_post'])
        .default('client_secret_basic'),
    )
    .action((id: string, o: AddFlags) => add(context(), id, { ...o, name: o.name ?? id }));
  program
    .command('remove <client-id>')
    .description('delete a client and its tokens')
    .action((id: string) => remove(context(), id));
  return program;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
