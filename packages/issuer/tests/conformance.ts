import { clientsConform } from './conformance/clients.js';
import { introspectionConforms } from './conformance/introspection.js';
import { keysConform } from './conformance/keys.js';
import { driver, type Target } from './conformance/target.js';
import { tokensConform } from './conformance/tokens.js';

/**
 * What Diode counts on in an issuer, as tests: what facts were measured on Hydra v2.3.0, our issuer is held to. Defines
 * vitest tests; call it at the top of a test file. Runs unchanged against a Hydra whose access tokens are JWTs.
 */
export function issuerConformance(target: Target): void {
  const issuer = driver(target);
  tokensConform(target, issuer);
  clientsConform(issuer);
  introspectionConforms(issuer);
  keysConform(target, issuer);
}
