import type { Need } from '@diode/access';

/** What a request at the front door needs: a scope, or `token`, any live token (the service itself checks further). */
export type EdgeNeed = Need | 'token';

/** SDKs may put a path of their own before the service (facts: diode-wire §2.3), so only the last two parts count. */
const GRPC_SERVICES: ReadonlyMap<string, Need> = new Map([
  ['diode.v1.IngesterService', 'ingest'],
  ['diode.v1.ReconcilerService', 'read'],
]);
/** What is sent below these takes the scope of ingest. */
const INGESTED: ReadonlySet<string> = new Set(['ingest', 'snapshots']);
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Visible ASCII without backslash and fragment: nothing else belongs in a request target (RFC 9112 §3.2). */
const TARGET = /^\/[!-"$-[\]-~]*$/;

/**
 * What a method and a request target as nginx received it need; null where nothing may pass. Hops may read a path differently, so it is
 * read in every way one of them might (escapes undone once or more often, with and without `;parameters`): readings that do not agree are
 * refused, and so are dot segments, control characters and whatever is not routed.
 */
export function edgeNeed(method: string, target: string): EdgeNeed | null {
  const path = target.split('?', 1)[0] ?? '';
  if (!TARGET.test(path)) return null;
  const readings = readingsOf(path);
  if (readings === null || readings.some(hasDotSegment)) return null;
  const needs = new Set(readings.map((reading) => needOf(method, segmentsOf(reading))));
  const [need = null] = needs;
  return needs.size === 1 ? need : null;
}

function readingsOf(path: string): readonly string[] | null {
  // Nearly every request: one way to read it.
  if (!/[%;]/.test(path)) return [path];
  const once = decoded(path);
  if (once === null) return null;
  const readings = [path];
  for (let next = once; next !== readings.at(-1); next = decodedLoosely(next)) {
    if (/[\p{Cc}\\]/u.test(next)) return null;
    readings.push(next);
  }
  return readings.flatMap((one) => (one.includes(';') ? [one, one.replace(/;[^/]*/g, '')] : [one]));
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Again, by a hop that takes what it can: a percent sign that was meant as one stays. */
function decodedLoosely(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function hasDotSegment(path: string): boolean {
  return path.includes('.') && segmentsOf(path).some((segment) => /^\.{1,2}(;|$)/.test(segment));
}

/** A path that two tables claim with different needs belongs to neither. */
function needOf(method: string, segments: readonly string[]): EdgeNeed | null {
  const claims = new Set<EdgeNeed>();
  for (const claim of [grpcNeed(method, segments), apiNeed(method, segments), authNeed(segments)]) {
    if (claim !== null) claims.add(claim);
  }
  const [need = null] = claims;
  return claims.size === 1 ? need : null;
}

function grpcNeed(method: string, segments: readonly string[]): Need | null {
  return method === 'POST' ? (GRPC_SERVICES.get(segments.at(-2) ?? '') ?? null) : null;
}

function apiNeed(method: string, [api, version, collection]: readonly string[]): Need | null {
  if (api !== 'api' || version !== 'v1') return null;
  if (READING.has(method)) return 'read';
  return method === 'POST' && collection !== undefined && INGESTED.has(collection) ? 'ingest' : 'admin';
}

/** Introspection is asked for below any prefix, as tokens are. */
function authNeed(segments: readonly string[]): 'token' | null {
  if (segments.at(-2) === 'auth' && segments.at(-1) === 'introspect') return 'token';
  const [first, second] = segments[0] === 'diode' ? segments.slice(1) : segments;
  return first === 'auth' && second === 'clients' ? 'token' : null;
}
