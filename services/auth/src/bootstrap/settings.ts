import { SHARED, setting, text } from '@diode/runtime';

/** What diode-auth-bootstrap reads from its environment. Secrets come as files, never in it. */
export const BOOTSTRAP_SETTINGS = {
  demo: SHARED.demo,
  hydraAdminUrl: SHARED.hydraAdminUrl,
  jwksUrl: SHARED.jwksUrl,
  oauth2ClientId: SHARED.oauth2ClientId,
  clientConfig: setting('DIODE_CLIENT_CONFIG', text('oauth2/client-config.json'), {
    doc: 'Which clients there are; relative to the checkout.',
  }),
  clientSecretsDir: setting('DIODE_CLIENT_SECRETS_DIR', text('/run/diode'), {
    doc: 'One file a client, named by its id; diode-init makes them.',
  }),
} as const;
