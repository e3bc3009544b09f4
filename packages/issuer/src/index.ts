export * from './contract.js';
export type { KeyAlgorithm } from './signing-key.js';
export { startIssuer } from './start.js';
