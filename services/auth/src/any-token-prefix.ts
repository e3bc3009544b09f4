/**
 * The official SDKs ask for a token below whatever path their target has: `/any/prefix/auth/token` (facts: diode-wire §2.3). Gives
 * `/auth/token`, with the query; other URLs, and `/diode/auth/token`, as they are.
 */
export function anyTokenPrefix(url: string): string {
  return url.replace(
    /^\/(?!diode\/auth\/(?:token|introspect)(?:\?|$))[^?]*(?=\/auth\/(?:token|introspect)(?:\?|$))/,
    '',
  );
}
