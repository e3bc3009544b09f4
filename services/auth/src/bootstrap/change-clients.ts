import { CLIENT_ID, newClientSecret, secretVariable } from '@diode/access';
import { DiodeError } from '@diode/protocol';
import type { BootstrapContext } from './context.js';

export interface NewClientOptions {
  readonly name: string;
  /** Space-separated. */
  readonly scope: string;
  readonly source: readonly string[];
  readonly method: 'client_secret_basic' | 'client_secret_post';
}

/** A new secret, printed once; the old one fails at once, and so do the tokens it was traded for. */
export async function rotate(c: BootstrapContext, clientId: string): Promise<void> {
  checkId(clientId);
  if (c.demo && (await c.configured()).has(clientId)) {
    throw mistaken(`In demo mode ${clientId} has its published secret; take DIODE_DEMO out to rotate it.`);
  }
  if (await c.secrets.isFromEnvironment(clientId)) {
    throw mistaken(
      `The secret of ${clientId} is in .env, which would bring the old one back at the next start. Change ${secretVariable(clientId)} there (or OAUTH2_CLIENT_SECRET), or take it out and start once more. Then "remove ${clientId}" ends its tokens and \`docker compose up -d\` makes it again.`,
    );
  }
  const secret = newClientSecret();
  if ((await c.hydra.setSecret(clientId, secret)) === 'missing') throw unknownClient(clientId);
  // From here on the new secret is the only one there is: it is kept, and shown, whatever fails next.
  await keep(c, clientId, secret);
  await c.hydra.revokeTokens(clientId);
  c.err(`${clientId}: secret changed, its tokens revoked; services that remember one stop within 15 seconds.`);
}

/** A client of its own at Hydra, and its secret, printed once. */
export async function add(c: BootstrapContext, clientId: string, o: NewClientOptions): Promise<void> {
  checkId(clientId);
  const secret = newClientSecret();
  const client = {
    client_id: clientId,
    client_secret: secret,
    client_name: o.name,
    grant_types: ['client_credentials'],
    response_types: ['token'],
    scope: o.scope,
    audience: ['diode'],
    token_endpoint_auth_method: o.method,
    ...(o.source.length === 0 ? {} : { metadata: { sources: o.source } }),
  };
  const made = await c.hydra.create(client);
  if (made === 'taken') throw new DiodeError('invalid_request', { detail: `There is a client ${clientId} already.` });
  if (made === 'unsure') await c.hydra.replace(clientId, client);
  await keep(c, clientId, secret);
  c.err(`${clientId}: created with scope "${o.scope}".`);
}

export async function remove(c: BootstrapContext, clientId: string): Promise<void> {
  checkId(clientId);
  const gone = await c.hydra.remove(clientId);
  if (gone === 'missing') throw unknownClient(clientId);
  const configured = (await c.configured()).has(clientId);
  // What the configuration names comes back at the next start, with the secret it has.
  if (!configured) await c.secrets.remove(clientId);
  const rest = configured ? ' It is in oauth2/client-config.json: the next start makes it again.' : '';
  c.out(`${clientId}: removed, its tokens with it.${rest}`);
}

async function keep(c: BootstrapContext, clientId: string, secret: string): Promise<void> {
  c.out(secret);
  await c.secrets.write(clientId, secret);
}

/** The id becomes a file's name. */
export function checkId(clientId: string): void {
  if (!CLIENT_ID.test(clientId)) {
    throw mistaken('A client id is made of letters, digits, ".", "_" and "-", and is at most 64 long.');
  }
}

export function unknownClient(clientId: string): DiodeError {
  return new DiodeError('not_found', { detail: `There is no client ${clientId}. "list" shows those there are.` });
}

function mistaken(detail: string): DiodeError {
  return new DiodeError('invalid_parameter', { detail });
}
