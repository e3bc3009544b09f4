import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { OAuthError } from './oauth-error.js';

const list = z
  .array(z.string().max(2048))
  .max(200)
  .nullish()
  .transform((value) => value ?? []);
const text = z
  .string()
  .max(2048)
  .nullish()
  .transform((value) => value ?? '');

/** What Hydra gives a client that names no scope (facts/hydra.md "Traps first"). */
const DEFAULT_SCOPE = 'offline_access offline openid';

/** A client as the admin API takes it. Fields that are not here are dropped, as Hydra drops what it does not know. */
const clientBody = z.object({
  client_id: z.string().max(255).nullish(),
  client_name: text,
  client_secret: z.string().max(1024).nullish(),
  redirect_uris: list,
  grant_types: list,
  response_types: list,
  scope: text.transform((value) => (value === '' ? DEFAULT_SCOPE : value)),
  audience: list,
  owner: text,
  policy_uri: text,
  tos_uri: text,
  client_uri: text,
  logo_uri: text,
  contacts: list,
  token_endpoint_auth_method: z
    .enum(['', 'client_secret_basic', 'client_secret_post'])
    .nullish()
    .transform((value) => (value === null || value === undefined || value === '' ? 'client_secret_basic' : value)),
  access_token_strategy: z.enum(['', 'jwt']).nullish(),
  metadata: z
    .record(z.string(), z.json())
    .nullish()
    .transform((value) => value ?? {}),
});

export type AuthMethod = z.infer<typeof clientBody>['token_endpoint_auth_method'];

/** A client as it is kept in clients.json: no secret, only its hash. */
export const clientRecord = clientBody
  .omit({ client_secret: true, access_token_strategy: true, client_id: true, token_endpoint_auth_method: true })
  .extend({
    client_id: z.string(),
    token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post']),
    secret_hash: z.string(),
    lifespan_s: z.number().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  });
export type ClientRecord = z.infer<typeof clientRecord>;

/** What a caller said about a client; the secret apart, in clear. */
export interface ClientWish {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly fields: Omit<ClientRecord, 'client_id' | 'secret_hash' | 'lifespan_s' | 'created_at' | 'updated_at'>;
}

/** Reads a client body. Throws OAuthError `invalid_client_metadata` naming the field. */
export function readClient(body: unknown): ClientWish {
  const parsed = clientBody.safeParse(body);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new OAuthError('invalid_client_metadata', `Field ${field === '' ? 'body' : field} is not acceptable.`);
  }
  const { client_id, client_secret, access_token_strategy: _, ...fields } = parsed.data;
  if (client_secret && client_secret.length < 6) {
    throw new OAuthError(
      'invalid_client_metadata',
      'Field client_secret must contain a secret that is at least 6 characters long.',
    );
  }
  return { clientId: client_id || undefined, secret: client_secret || undefined, fields };
}

export const newClientId = (): string => randomUUID();
