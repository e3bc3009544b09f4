import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readClientConfig, resolveClientSecrets } from '@diode/access';
import { DiodeError } from '@diode/protocol';
import { type ConfigOf, describeConfigMistakes, EXIT, readConfig } from '@diode/runtime';
import { CommanderError } from 'commander';
import { makeIssuerHttp } from '../issuer-http.js';
import { openClientSecrets } from './client-secrets.js';
import type { BootstrapContext } from './context.js';
import { haveKeys } from './have-keys.js';
import { makeHydraClients, type RetryTimes } from './hydra-clients.js';
import { makeProgram } from './program.js';
import { BOOTSTRAP_SETTINGS } from './settings.js';
import type { WaitOptions } from './wait-until-ready.js';

const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));

export interface RunBootstrapOptions {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes lines. */
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** For tests. */
  readonly wait?: WaitOptions;
  readonly retry?: RetryTimes;
}

/** Runs diode-auth-bootstrap and gives its exit code. Never throws. */
export async function runBootstrap(o: RunBootstrapOptions): Promise<number> {
  const http = makeIssuerHttp();
  const context = (): BootstrapContext => makeContext(o, readConfig(BOOTSTRAP_SETTINGS, o.env), http);
  const text = { out: (s: string) => o.out(s.trimEnd()), err: (s: string) => o.err(s.trimEnd()) };
  try {
    await makeProgram(context, text, o.wait ?? {}).parseAsync([...o.argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return exitCode(error, o.err);
  } finally {
    await http.close();
  }
}

function makeContext(
  o: RunBootstrapOptions,
  config: ConfigOf<typeof BOOTSTRAP_SETTINGS>,
  http: ReturnType<typeof makeIssuerHttp>,
): BootstrapContext {
  const secretsDir = resolve(CHECKOUT, config.clientSecretsDir);
  const clients = () => readClientConfig(resolve(CHECKOUT, config.clientConfig));
  // As diode-init does: the client the examples use is there without a line in .env.
  const env = { ...o.env, OAUTH2_CLIENT_ID: config.oauth2ClientId };
  return {
    hydra: makeHydraClients({
      adminUrl: config.hydraAdminUrl,
      http,
      ...(o.retry === undefined ? {} : { retry: o.retry }),
    }),
    adminUrl: config.hydraAdminUrl,
    secrets: openClientSecrets(secretsDir),
    haveKeys: async () => {
      if (config.jwksUrl !== null) await haveKeys({ jwksUrl: config.jwksUrl, http, say: o.err });
    },
    demo: config.demo,
    out: o.out,
    err: o.err,
    configured: async () => new Set([...(await clients()).map((client) => client.client_id), config.oauth2ClientId]),
    seeds: async () => {
      const resolved = await resolveClientSecrets({
        clients: await clients(),
        demo: config.demo,
        env,
        secretsDir,
        missing: 'refuse',
      });
      return resolved.seeds;
    },
  };
}

function exitCode(error: unknown, err: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof DiodeError && error.code === 'config_invalid') {
    err(describeConfigMistakes(error).trimEnd());
    return EXIT.config;
  }
  if (error instanceof DiodeError) err(error.detail);
  else err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (error instanceof DiodeError && error.code === 'invalid_parameter') return EXIT.usage;
  return EXIT.fault;
}
