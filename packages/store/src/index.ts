export * from './contract.js';
export { type MigrateOptions, migrate, migrateDown } from './migrate.js';
export { openStore } from './open-store.js';
export { type AppliedMigration, type MigrationState, type SchemaState, schemaState } from './schema-state.js';
