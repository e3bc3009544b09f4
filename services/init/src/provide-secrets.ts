import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiodeError } from '@diode/protocol';
import type { ConfigOf } from '@diode/runtime';
import { provideCertificate } from './certificate.js';
import { provideClientSecrets } from './client-secrets.js';
import { refusePublished } from './published-secrets.js';
import { ROOTS, type Root, renderSecrets } from './render-secrets.js';
import { newSecret, readKept, sweepUnfinished, writeSecret } from './secret-files.js';
import type { INIT_SETTINGS } from './settings.js';

const MAKE_CERTS = fileURLToPath(new URL('../../../scripts/make-certs.sh', import.meta.url));

/**
 * Makes what is missing, takes over what is given, leaves the rest. Safe to run again at any time, also after kill -9: roots are written
 * before what is rendered from them. Says line by line what it did, never a secret.
 * @throws DiodeError config_invalid
 */
export async function provideSecrets(
  config: ConfigOf<typeof INIT_SETTINGS>,
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<void> {
  const at = (...parts: string[]): string => join(config.secretsDir, ...parts);
  if (config.demo) say('Demo mode: published secrets work here. Ports are published on loopback only.');
  else if ((env.DIODE_DEMO ?? '') !== '')
    say('DIODE_DEMO is off and yet set: ports are published on loopback only until the line is taken out of .env.');
  refusePublished({
    demo: config.demo,
    publishHost: config.publishHost,
    given: {
      POSTGRES_PASSWORD: config.postgresPassword,
      HYDRA_DATABASE_URL: config.hydraDatabaseUrl,
      DIODE_DATABASE_URL: config.databaseUrl,
      DIODE_REDIS_URL: config.redisUrl,
      OAUTH2_CLIENT_SECRET: config.oauth2ClientSecret,
    },
  });
  const { roots, made } = await keepRoots(at('init'), config.postgresPassword);
  let changed = 0;
  for (const [path, content] of renderSecrets(roots, config)) {
    await sweepUnfinished(at(path, '..'));
    if (await writeSecret(at(path), content.endsWith('\n') ? content : `${content}\n`)) changed += 1;
  }
  const clients = await provideClientSecrets(config, env);
  refusePublished({ demo: config.demo, publishHost: null, given: clients.given });
  for (const [name, value] of Object.entries(clients.given)) {
    if (value !== null && !/^[A-Za-z0-9._~-]+$/.test(value))
      say(
        `${name} has characters that a client must percent-encode in Basic (RFC 6749 §2.3.1); letters, digits and . _ ~ - need none.`,
      );
  }
  say(`secrets: ${made + clients.made} made, ${changed} files written`);
  say(
    await provideCertificate({
      ownDir: config.ownCertificatesDir,
      caDir: at('init'),
      nginxDir: at('nginx'),
      names: config.tlsNames,
      script: MAKE_CERTS,
    }),
  );
}

async function keepRoots(
  dir: string,
  postgresPassword: string | null,
): Promise<{ readonly roots: Record<Root, string>; readonly made: number }> {
  let made = 0;
  const roots = {} as Record<Root, string>;
  for (const root of ROOTS) {
    const path = join(dir, root);
    const kept = await readKept(path);
    const said = root === 'postgres_hydra' ? postgresPassword : null;
    if (kept !== undefined && said !== null && said !== kept) throw otherPassword();
    if (kept === undefined) made += 1;
    roots[root] = kept ?? said ?? newSecret();
    await writeSecret(path, `${roots[root]}\n`);
  }
  return { roots, made };
}

/** The database has the first password; writing another only here would lock Hydra out. */
function otherPassword(): DiodeError {
  const detail = 'POSTGRES_PASSWORD is not the one the database was made with';
  const remedy =
    'Take POSTGRES_PASSWORD out of .env (the one in the volume goes on), or see docs/deploy.md "Change a database password".';
  return new DiodeError('config_invalid', {
    detail,
    errors: [{ pointer: '/env/POSTGRES_PASSWORD', code: 'config_invalid', detail, remedy }],
  });
}
