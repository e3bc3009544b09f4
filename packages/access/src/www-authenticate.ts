import { NO_TOKEN } from './bearer.js';
import type { Refusal } from './contract.js';

/**
 * The WWW-Authenticate value of a refusal (RFC 6750 §3), or undefined where none belongs.
 * Reasons are sentences of ours, so quoting needs no more than escaping quotes and backslashes.
 */
export function wwwAuthenticate(refusal: Refusal, realm = 'diode'): string | undefined {
  const challenge = `Bearer realm="${realm}"`;
  switch (refusal.code) {
    case 'unauthenticated':
      if (refusal.reason === NO_TOKEN) return challenge;
      return `${challenge}, error="invalid_token", error_description="${quoted(refusal.reason)}"`;
    case 'insufficient_scope':
      return `${challenge}, error="insufficient_scope", error_description="${quoted(refusal.reason)}", scope="${(refusal.scopes ?? []).join(' ')}"`;
    case 'token_service_unavailable':
    case 'source_not_allowed':
      return undefined;
    default:
      return refusal.code satisfies never;
  }
}

/** RFC 6750 §3 takes neither quote nor backslash in error_description. */
function quoted(text: string): string {
  return text.replace(/["\\]/g, "'");
}
