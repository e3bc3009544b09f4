import { COMPOSE, SHARED, secret, setting, text } from '@diode/runtime';

/** What diode-init reads: all of `.env` that is secret or decides how secrets look. */
export const INIT_SETTINGS = {
  demo: SHARED.demo,
  publishHost: COMPOSE.publishHost,
  netboxToken: SHARED.netboxToken,
  webhookSecret: SHARED.webhookSecret,
  databaseUrl: SHARED.databaseUrl,
  migrateDatabaseUrl: COMPOSE.migrateDatabaseUrl,
  redisUrl: SHARED.redisUrl,
  hydraPublicUrl: SHARED.hydraPublicUrl,
  hydraDatabaseUrl: COMPOSE.hydraDatabaseUrl,
  postgresPassword: COMPOSE.postgresPassword,
  tlsNames: COMPOSE.tlsNames,
  oauth2ClientId: SHARED.oauth2ClientId,
  oauth2ClientSecret: SHARED.oauth2ClientSecret,
  secretsDir: setting('DIODE_SECRETS_DIR', text('/secrets'), { doc: 'Where the volumes are mounted.' }),
  ownCertificatesDir: setting('DIODE_SSL_DIR', text('/ssl'), { doc: 'Where nginx/ssl of the checkout is mounted.' }),
  clientConfig: setting('DIODE_CLIENT_CONFIG', text('oauth2/client-config.json'), { doc: 'The clients.' }),
} as const;

/** A client's secret as `.env` may give it: `DIODE_CLIENT_SECRET_DIODE_INGEST`, or the file that `…_FILE` names. */
export function clientSecretSetting(clientId: string): ReturnType<typeof secret> {
  const env = `DIODE_CLIENT_SECRET_${clientId.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  return secret(env, { doc: `The secret of ${clientId}.` });
}
