/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

const SECRET_KEYS =
  /^(proxy-?)?authorization$|^(set-)?cookies?$|token$|secret$|^pass(word|wd|phrase)?$|_pass(word|wd)$|password$|^x-hook-signature$|api[-_]?key$|^private[-_]?key$|^jwt$|^credentials?$/i;

/** Keys that end like a secret and are none. */
const HARMLESS_KEYS = /^(next_?page_?token|token_?type)$/i;

const DEEPEST = 8;

/** Every secret the patterns below look for has one of these words on its line; most lines have none and are done with one look. */
const SUSPICIOUS = /:\/\/|bearer|basic|token|secret|assertion|pass|auth|cookie|signature|key|jwt|credential|eyJ/i;

/** True when a line may hold a secret and has to be searched. */
export function isSuspicious(line: string): boolean {
  return SUSPICIOUS.test(line);
}

/**
 * Hides secrets inside text: user information of a URL, bearer and basic credentials, `client_secret=…` and its like.
 * Every pattern is bounded, so that a hostile line costs linear time.
 */
export function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"'@?#\\]{1,512}@/gi, `$1${REDACTED}@`)
    .replace(/\b(bearer|basic|token)(\s{1,4}|%20)[A-Za-z0-9\-._~+/=]{8,8192}/gi, `$1 ${REDACTED}`)
    .replace(
      /\b(client_secret|access_token|refresh_token|client_assertion|password|api_key)(=|%3D|\\?":\s{0,2}\\?")[^\s&"\\]{1,8192}/gi,
      `$1$2${REDACTED}`,
    )
    .replace(/\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{4,8192}\.[A-Za-z0-9_-]{4,4096}/g, REDACTED);
}

/** Hides the text values of secret keys in a line of JSON: what reached it past `redactKeys` (bindings of child loggers). */
export function redactJsonKeys(line: string): string {
  return line.replace(/"([^"\\]{1,64})":"(?:[^"\\]|\\.)+"/g, (pair, key: string) =>
    isSecret(key) ? `"${key}":"${REDACTED}"` : pair,
  );
}

/** A copy without the values of secret keys, whatever their depth. Text is left to `redactText`. */
export function redactKeys(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || value instanceof Date) return value;
  if (depth >= DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map((v) => redactKeys(v, depth + 1));
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) out[key] = redactEntry(key, inner, depth);
  return out;
}

function redactEntry(key: string, inner: unknown, depth: number): unknown {
  return isSecret(key) && inner !== null && inner !== undefined ? REDACTED : redactKeys(inner, depth + 1);
}

function isSecret(key: string): boolean {
  return SECRET_KEYS.test(key) && !HARMLESS_KEYS.test(key);
}
