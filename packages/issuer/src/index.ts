export { type ClientConfig, configuredSources, readClientConfig } from './client-config.js';
export * from './contract.js';
export {
  type ResolvedClients,
  type ResolveSecretsOptions,
  resolveClientSecrets,
  type SecretOrigin,
  secretVariable,
} from './resolve-secrets.js';
export type { KeyAlgorithm } from './signing-key.js';
export { startIssuer } from './start.js';
