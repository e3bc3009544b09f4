import type { RateLimitSettings } from '@diode/limits';
import type { Mistake } from './mistake.js';
import { type PolicyFiles, readPolicyDirectory } from './policy-files.js';
import { rateLimitSettings, rateLimitsFile } from './schema/rate-limits.js';
import type { Located } from './yaml/located.js';
import { parseYaml } from './yaml/parse-yaml.js';

const NOTHING: Located = { kind: 'scalar', value: null, at: { line: 1, column: 1 } };
const FILE = 'rate-limits.yml';

/**
 * `rate-limits.yml` alone, for a service that follows nothing else of the policy; the other files' mistakes are told by those that do. An absent file limits
 * nothing. Never throws.
 */
export function loadRateLimits(
  from: string | PolicyFiles,
):
  | { readonly kind: 'ok'; readonly rateLimits: RateLimitSettings }
  | { readonly kind: 'invalid'; readonly mistakes: readonly Mistake[] } {
  const found = typeof from === 'string' ? readPolicyDirectory(from) : { files: from, mistakes: [] };
  const { root, mistakes: inYaml } = parseYaml(FILE, found.files[FILE] ?? '');
  const mistakes = [...found.mistakes.filter((mistake) => mistake.file === FILE), ...inYaml];
  const read = rateLimitsFile.read(root ?? NOTHING, '', { file: FILE, mistakes, notInForce: [], warnings: [] });
  return mistakes.length > 0 ? { kind: 'invalid', mistakes } : { kind: 'ok', rateLimits: rateLimitSettings(read) };
}
