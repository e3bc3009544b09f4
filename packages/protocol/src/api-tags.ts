import { isJsonObject, type JsonObject } from './json.js';

/** The chapters of the API document, in the order a reader needs them. */
export const API_TAGS = {
  ingest: 'Assert what you know',
  sync: 'What became of it: receipts',
  platform: 'How Diode is: what waits and why, the policy, the mode',
  auth: 'Access tokens and clients',
  health: 'For probes',
} as const;

export type ApiTag = keyof typeof API_TAGS;

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** Puts every operation of the paths into one chapter. */
export function tagged(tag: ApiTag, paths: Readonly<Record<string, JsonObject>>): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([key, value]) => [
          key,
          METHODS.has(key) && isJsonObject(value) ? { tags: [tag], ...value } : value,
        ]),
      ),
    ]),
  );
}
