import { join } from 'node:path';
import { readClientConfig, SECRETS_FROM_ENV } from '@diode/access';
import { DiodeError } from '@diode/protocol';
import { type ConfigOf, readConfig } from '@diode/runtime';
import { newSecret, readKept, writeSecret } from './secret-files.js';
import { clientSecretSetting, type INIT_SETTINGS } from './settings.js';

const MIN_LENGTH = 6;

/** One file a client: what `.env` says, else what is kept, else a new one. Gives how many were made. */
export async function provideClientSecrets(
  config: ConfigOf<typeof INIT_SETTINGS>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly made: number; readonly given: Readonly<Record<string, string | null>> }> {
  const ids = new Set((await readClientConfig(config.clientConfig)).map((client) => client.client_id));
  ids.add(config.oauth2ClientId);
  const given: Record<string, string | null> = {};
  const fromEnv: string[] = [];
  let made = 0;
  for (const id of ids) {
    const one = clientSecretSetting(id);
    const said =
      readConfig({ said: one }, env).said ?? (id === config.oauth2ClientId ? config.oauth2ClientSecret : null);
    if (said !== null && said.length < MIN_LENGTH) {
      throw new DiodeError('config_invalid', { detail: `${one.env} must have at least ${MIN_LENGTH} characters` });
    }
    given[one.env] = said;
    if (said !== null) fromEnv.push(id);
    const path = join(config.secretsDir, 'clients', id);
    const secret = said ?? (await readKept(path));
    if (secret === undefined) made += 1;
    await writeSecret(path, `${secret ?? newSecret()}\n`);
  }
  // What .env says comes back at each start, so it cannot be rotated elsewhere: diode-auth-bootstrap reads this.
  await writeSecret(join(config.secretsDir, 'clients', SECRETS_FROM_ENV), `${fromEnv.join('\n')}\n`);
  return { made, given };
}
