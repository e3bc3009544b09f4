import { SHARED } from '@diode/runtime';

/** What the ingester reads from the environment when it is a process of its own. */
export const INGESTER_SETTINGS = {
  host: SHARED.host,
  port: SHARED.port,
  trustedProxies: SHARED.trustedProxies,
  metricsPort: SHARED.metricsPort,
  drainSeconds: SHARED.drainSeconds,
  configDir: SHARED.configDir,
  databaseUrl: SHARED.databaseUrl,
  redisUrl: SHARED.redisUrl,
  hydraPublicUrl: SHARED.hydraPublicUrl,
  hydraAdminUrl: SHARED.hydraAdminUrl,
  authUrl: SHARED.authUrl,
  jwksUrl: SHARED.jwksUrl,
  webhookSecret: SHARED.webhookSecret,
} as const;
