export * from './contract.js';
export { type MigrateOptions, migrate, migrateDown } from './migrate.js';
export { openStore } from './open-store.js';
