import { SHARED } from '@diode/runtime';

/** What the reconciler reads from the environment. */
export const RECONCILER_SETTINGS = {
  host: SHARED.host,
  port: SHARED.port,
  trustedProxies: SHARED.trustedProxies,
  metricsPort: SHARED.metricsPort,
  drainSeconds: SHARED.drainSeconds,
  mode: SHARED.mode,
  configDir: SHARED.configDir,
  netboxUrl: SHARED.netboxUrl,
  netboxToken: SHARED.netboxToken,
  netboxCaFile: SHARED.netboxCaFile,
  databaseUrl: SHARED.databaseUrl,
  redisUrl: SHARED.redisUrl,
  hydraPublicUrl: SHARED.hydraPublicUrl,
  jwksUrl: SHARED.jwksUrl,
  openapiFile: SHARED.openapiFile,
} as const;
