import type { Decision, Identity } from './contract.js';

/** What a route needs. */
export type Need = 'ingest' | 'read' | 'admin';

/** Any one of these scopes satisfies the need (DESIGN "The surface"). No scope implies another. */
export const SCOPES_FOR: Readonly<Record<Need, readonly string[]>> = {
  ingest: ['write', 'diode:ingest'],
  read: ['read', 'diode:read'],
  admin: ['admin', 'diode:write'],
};

/** May this caller do it? The refusal names the scopes that would allow it. */
export function requireScope(identity: Identity, need: Need): Decision<'insufficient_scope'> {
  const scopes = SCOPES_FOR[need];
  if (scopes.some((scope) => identity.scopes.has(scope))) return { kind: 'ok' };
  return {
    kind: 'refused',
    code: 'insufficient_scope',
    reason: `The token needs the scope ${scopes.map((scope) => `"${scope}"`).join(' or ')}.`,
    scopes,
  };
}
