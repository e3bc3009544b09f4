import { SHARED } from '@diode/runtime';

/** What the standalone reads from the environment. */
export const STANDALONE_SETTINGS = {
  host: SHARED.host,
  port: SHARED.port,
  trustedProxies: SHARED.trustedProxies,
  metricsPort: SHARED.metricsPort,
  drainSeconds: SHARED.drainSeconds,
  mode: SHARED.mode,
  demo: SHARED.demo,
  dataDir: SHARED.dataDir,
  configDir: SHARED.configDir,
  syncIntervalSeconds: SHARED.syncIntervalSeconds,
  netboxUrl: SHARED.netboxUrl,
  netboxToken: SHARED.netboxToken,
  netboxCaFile: SHARED.netboxCaFile,
  netboxSimPort: SHARED.netboxSimPort,
  databaseUrl: SHARED.databaseUrl,
  redisUrl: SHARED.redisUrl,
  webhookSecret: SHARED.webhookSecret,
  issuerPort: SHARED.issuerPort,
  issuerAdminPort: SHARED.issuerAdminPort,
} as const;
