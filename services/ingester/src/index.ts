export type { IngesterDeps } from './deps.js';
export { type Ingester, type IngesterOptions, makeIngester } from './ingester.js';
