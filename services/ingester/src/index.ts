export type { IngesterDeps } from './deps.js';
export { ingesterOpenApi } from './http/openapi.js';
export { type Ingester, type IngesterOptions, makeIngester } from './ingester.js';
