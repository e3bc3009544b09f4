import { readFile } from 'node:fs/promises';
import { DiodeError } from '@diode/protocol';
import { z } from 'zod';

/** Also the name of a file and part of a variable's name, so a narrow alphabet. */
export const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const clientId = z.string().regex(CLIENT_ID, 'an id of letters, digits, ".", "_", "-"');

const client = z.strictObject({
  client_id: clientId,
  client_name: z.string().optional(),
  client_secret: z.undefined({ error: 'secrets do not belong in this file; see oauth2/README.md' }).optional(),
  grant_types: z
    .array(z.string())
    .refine((grants) => grants.includes('client_credentials'), 'must hold client_credentials'),
  scope: z.string().min(1),
  audience: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post']),
  metadata: z.looseObject({ sources: z.array(z.string().min(1)).optional() }).optional(),
});

/** A client of `oauth2/client-config.json`: Hydra's fields, and no secret. */
export type ClientConfig = Omit<z.infer<typeof client>, 'client_secret'>;

/** A configured client with its secret, in clear: what the issuer is told. */
export type ClientSeed = ClientConfig & { readonly client_secret: string };

/** A list, or the single object the seed prints. */
const clientConfig = z.union([z.array(client), client.transform((one) => [one])]);

/** Reads `oauth2/client-config.json`. Throws DiodeError `config_invalid` that names every mistake. */
export async function readClientConfig(path: string): Promise<readonly ClientConfig[]> {
  let parsed: ReturnType<typeof clientConfig.safeParse>;
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    parsed = (Array.isArray(json) ? z.array(client) : clientConfig).safeParse(json);
  } catch (cause) {
    throw new DiodeError('config_invalid', { detail: `${path} cannot be read as JSON.`, cause });
  }
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
    throw new DiodeError('config_invalid', { detail: `${path}: ${mistakes.join('; ')}` });
  }
  const ids = parsed.data.map((one) => one.client_id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new DiodeError('config_invalid', { detail: `${path}: client ${twice} is there twice.` });
  return parsed.data;
}

/** The grants of sources the file makes, for GrantSource. */
export function configuredSources(clients: readonly ClientConfig[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    clients.flatMap(({ client_id, metadata }) =>
      metadata?.sources === undefined ? [] : [[client_id, metadata.sources]],
    ),
  );
}
