import type { Observed } from '@diode/engine';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import type { NetboxWriter, UpdateItem, WriteAnswer, WriteItem } from './contract.js';
import { NetboxFault } from './netbox-fault.js';
import { type ObjectTypes, rowFor } from './object-types.js';
import { culpritsOf, problemsOf } from './refusal-words.js';
import { exceptionOf, wordsOf } from './status-fault.js';
import type { NetboxReply, Transport } from './transport.js';

/** Longest `changelog_message` NetBox stores. */
const MESSAGE_LENGTH = 200;

export interface WriterOptions {
  readonly transport: Transport;
  readonly types: ObjectTypes;
  /** Does this NetBox take `changelog_message`? Asked at each write, so that an upgrade is noticed. */
  readonly takesMessages: () => Promise<boolean>;
}

/** Writes lists, one request each, all or nothing. Never sends `?fields=` (read-fields.ts says why). */
export function makeWriter(options: WriterOptions): NetboxWriter {
  const { transport, types } = options;

  async function bodies(items: readonly (WriteItem & { readonly id?: number })[]): Promise<readonly JsonObject[]> {
    const messages = await options.takesMessages();
    return items.map((item) => ({
      ...item.body,
      ...(item.id === undefined ? {} : { id: item.id }),
      ...(messages && item.message !== '' ? { changelog_message: item.message.slice(0, MESSAGE_LENGTH) } : {}),
    }));
  }

  async function send(
    method: 'POST' | 'PATCH',
    objectType: string,
    items: readonly (WriteItem & { readonly id?: number })[],
    signal?: AbortSignal,
  ): Promise<WriteAnswer> {
    if (items.length === 0) return { kind: 'written', objects: [], requestId: null };
    const row = rowFor(types, objectType);
    const reply = await transport.call({
      method,
      path: row.endpoint,
      body: await bodies(items),
      ...(signal === undefined ? {} : { signal }),
    });
    if (reply.status < 200 || reply.status > 299) return refusal(reply, items.length);
    const rows = listOf(reply, row.endpoint).map((raw) => types.observe(row, raw));
    return {
      kind: 'written',
      objects: method === 'POST' ? aligned(rows, items.length, row.endpoint) : joined(rows, items),
      requestId: reply.requestId,
    };
  }

  return {
    createMany: (objectType, items, signal) => send('POST', objectType, items, signal),
    updateMany: (objectType, items, signal) => send('PATCH', objectType, items, signal),
  };
}

function refusal(reply: NetboxReply, length: number): WriteAnswer {
  if (exceptionOf(reply.json) === 'IntegrityError') {
    return { kind: 'conflict', detail: wordsOf(reply.json), requestId: reply.requestId };
  }
  const culprits = culpritsOf(reply.json, length);
  return {
    kind: 'refused',
    status: reply.status,
    culprits,
    problems: culprits === null ? problemsOf(reply.json) : [...culprits.values()].flat(),
    requestId: reply.requestId,
  };
}

function listOf(reply: NetboxReply, path: string): readonly JsonObject[] {
  const { json } = reply;
  const list: readonly JsonValue[] | null = Array.isArray(json) ? json : isJsonObject(json) ? [json] : null;
  if (list === null) throw unreadable(path, 'no list of objects');
  return list.filter(isJsonObject);
}

/** A POST's reply is in the order of the request (facts/netbox.md §5.18). */
function aligned(rows: readonly Observed[], length: number, path: string): readonly Observed[] {
  if (rows.length !== length) throw unreadable(path, `${rows.length} objects for ${length} sent`);
  return rows;
}

/** A PATCH's reply is in NetBox's order, and objects that are gone are silently left out. */
function joined(
  rows: readonly Observed[],
  items: readonly (WriteItem & { readonly id?: number })[],
): readonly (Observed | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return (items as readonly UpdateItem[]).map((item) => byId.get(item.id) ?? null);
}

function unreadable(path: string, what: string): NetboxFault {
  return new NetboxFault({
    kind: 'away',
    detail: `the answer to a write to ${path} cannot be read: ${what}`,
    mayHaveApplied: true,
  });
}
