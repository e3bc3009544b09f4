import { SHARED } from '@diode/runtime';

/** What the backup of a standalone reads from the environment. */
export const BACKUP_SETTINGS = {
  dataDir: SHARED.dataDir,
  databaseUrl: SHARED.databaseUrl,
} as const;
