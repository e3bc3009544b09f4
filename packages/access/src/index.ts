export { clientOf } from './client-of.js';
export {
  CLIENT_ID,
  type ClientConfig,
  type ClientSeed,
  configuredSources,
  readClientConfig,
} from './clients/client-config.js';
export { writeOwnerOnly } from './clients/owner-only-file.js';
export {
  newClientSecret,
  type ResolvedClients,
  type ResolveSecretsOptions,
  readKeptSecret,
  resolveClientSecrets,
  SECRETS_FROM_ENV,
  type SecretOrigin,
  secretVariable,
} from './clients/resolve-secrets.js';
export * from './contract.js';
export { type Gate, makeGate } from './gate.js';
export { makeAdminGrantLookup, makeAuthGrantLookup } from './grant-lookups.js';
export { type GrantLookup, type GrantSourceOptions, makeGrantSource } from './grant-source.js';
export { type Need, requireScope, SCOPES_FOR } from './scopes.js';
export { decideSource, isReservedSource, maySource, RESERVED_SOURCES } from './sources.js';
export { DEFAULT_ALGORITHMS, makeVerifier, type SigningAlgorithm, type VerifierOptions } from './verifier.js';
export { wwwAuthenticate } from './www-authenticate.js';
