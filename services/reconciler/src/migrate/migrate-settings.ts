import { COMPOSE, SHARED } from '@diode/runtime';

/** What diode-migrate reads from the environment. */
export const MIGRATE_SETTINGS = {
  migrateDatabaseUrl: COMPOSE.migrateDatabaseUrl,
  databaseUrl: SHARED.databaseUrl,
  backupFirst: SHARED.backupBeforeMigrate,
  backupDir: SHARED.backupDir,
} as const;
