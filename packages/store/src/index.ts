export * from './contract.js';
export { countRows } from './dump/count-rows.js';
export { dumpRows } from './dump/dump-rows.js';
export { loadRows } from './dump/load-rows.js';
export { type DumpedTable, type DumpManifest, readManifest } from './dump/manifest.js';
export { type MigrateOptions, type MigrateUpOptions, migrate, migrateDown } from './migrate.js';
export { openStore } from './open-store.js';
export { type AppliedMigration, type MigrationState, type SchemaState, schemaState } from './schema-state.js';
