import { isJsonObject, type JsonObject } from '@diode/protocol';
import { NetboxFault } from './netbox-fault.js';
import { wordsOf } from './status-fault.js';
import type { NetboxReply, Transport } from './transport.js';

/** Rows asked for at once; NetBox caps it at MAX_PAGE_SIZE (1,000 unless changed) and says so in `next`. */
const PAGE = 1_000;

/** The list in a reply, or null when NetBox refused the question (400). Throws `NetboxFault` `refused_query` for any other no. */
export function rowsOf(reply: NetboxReply, path: string): { rows: readonly JsonObject[]; more: boolean } | null {
  if (reply.status === 400) return null;
  const { json } = reply;
  if (reply.status !== 200 || !isJsonObject(json) || !Array.isArray(json.results)) {
    throw new NetboxFault({
      kind: 'refused_query',
      status: reply.status,
      detail:
        reply.status === 403
          ? `NetBox does not let this token look at ${path}: ${wordsOf(json)}`
          : `NetBox answered ${reply.status} to a question about ${path}: ${wordsOf(json)}`,
      mayHaveApplied: false,
    });
  }
  return { rows: json.results.filter(isJsonObject), more: json.next !== null && json.next !== undefined };
}

/**
 * The rows of a filter, page by page, by keyset: offset pages move under concurrent writes, and `start=` is silently ignored before 4.6
 * (facts/netbox.md §3). Gives null, and ends, when NetBox refuses the filter (an id that no longer exists makes the entire question a 400).
 */
export async function* pagesOf(
  transport: Transport,
  path: string,
  query: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly JsonObject[] | null> {
  let after: number | null = null;
  for (;;) {
    const parts = [query, `limit=${PAGE}`, 'ordering=id', ...(after === null ? [] : [`id__gt=${after}`])];
    const reply = await transport.call({
      method: 'GET',
      path,
      query: parts.filter((part) => part !== '').join('&'),
      ...(signal === undefined ? {} : { signal }),
    });
    const page = rowsOf(reply, path);
    yield page === null ? null : page.rows;
    const last = page?.rows.at(-1)?.id;
    // A server that ignores `id__gt` would give the same page for ever: stop when ids do not grow.
    if (page?.more !== true || typeof last !== 'number' || (after !== null && last <= after)) return;
    after = last;
  }
}

/** All rows of a filter; null when NetBox refuses it. */
export async function allRows(
  transport: Transport,
  path: string,
  query: string,
  signal?: AbortSignal,
): Promise<readonly JsonObject[] | null> {
  const all: JsonObject[] = [];
  for await (const page of pagesOf(transport, path, query, signal)) {
    if (page === null) return null;
    all.push(...page);
  }
  return all;
}
