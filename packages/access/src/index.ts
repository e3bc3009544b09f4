export * from './contract.js';
export { type Gate, makeGate } from './gate.js';
export { makeAdminGrantLookup, makeAuthGrantLookup } from './grant-lookups.js';
export { type GrantLookup, type GrantSourceOptions, makeGrantSource } from './grant-source.js';
export { type Need, requireScope, SCOPES_FOR } from './scopes.js';
export { decideSource, isReservedSource, maySource, RESERVED_SOURCES } from './sources.js';
export { DEFAULT_ALGORITHMS, makeVerifier, type SigningAlgorithm, type VerifierOptions } from './verifier.js';
export { wwwAuthenticate } from './www-authenticate.js';
