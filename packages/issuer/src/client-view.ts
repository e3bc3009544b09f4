import type { JsonObject } from '@diode/protocol';
import type { ClientRecord } from './client-record.js';
import { durationText } from './lifespan.js';

/** A client as the admin API shows it: Hydra's fields, never the hash; the secret only where one was just set. */
export function clientView(record: ClientRecord, secret?: string): JsonObject {
  const { secret_hash: _, lifespan_s, client_id, client_name, ...fields } = record;
  return {
    client_id,
    client_name,
    ...(secret === undefined ? {} : { client_secret: secret }),
    ...fields,
    allowed_cors_origins: [],
    client_secret_expires_at: 0,
    subject_type: 'public',
    jwks: {},
    userinfo_signed_response_alg: 'none',
    skip_consent: false,
    skip_logout_consent: null,
    authorization_code_grant_access_token_lifespan: null,
    authorization_code_grant_id_token_lifespan: null,
    authorization_code_grant_refresh_token_lifespan: null,
    client_credentials_grant_access_token_lifespan: lifespan_s === null ? null : durationText(lifespan_s),
    implicit_grant_access_token_lifespan: null,
    implicit_grant_id_token_lifespan: null,
    jwt_bearer_grant_access_token_lifespan: null,
    refresh_token_grant_id_token_lifespan: null,
    refresh_token_grant_access_token_lifespan: null,
    refresh_token_grant_refresh_token_lifespan: null,
  };
}
