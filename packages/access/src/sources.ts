import type { Decision, GrantSource, Identity, SourceGrant } from './contract.js';

/** Names that mean Diode's own parties (READING "Clients and tokens"): nobody may assert as one of them. */
export const RESERVED_SOURCES: ReadonlySet<string> = new Set(['netbox', 'diode', 'human']);

/** Look-alikes by case, width or surrounding space are the reserved name too. */
export function isReservedSource(source: string): boolean {
  return RESERVED_SOURCES.has(source.normalize('NFKC').trim().toLowerCase());
}

/** Pure part of {@link maySource}: reserved names first, then the grant if there is one. Grants match to the letter. */
export function decideSource(source: string, grant: SourceGrant): Decision<'source_not_allowed'> {
  if (isReservedSource(source)) return refused(`"${source}" is a reserved source; assert under a name of your own.`);
  if (grant === undefined || grant.includes(source)) return { kind: 'ok' };
  return refused(
    grant.length === 0
      ? 'This client may not assert as any source.'
      : `This client may assert as ${grant.map((name) => `"${name}"`).join(', ')} only.`,
  );
}

/**
 * May this caller assert as that source?
 * Throws DiodeError `token_service_unavailable` when its grant cannot be known now.
 */
export async function maySource(
  identity: Identity,
  source: string,
  grants: GrantSource,
): Promise<Decision<'source_not_allowed'>> {
  if (isReservedSource(source)) return decideSource(source, undefined);
  return decideSource(source, await grants.sourcesOf(identity.clientId));
}

function refused(reason: string): Decision<'source_not_allowed'> {
  return { kind: 'refused', code: 'source_not_allowed', reason };
}
