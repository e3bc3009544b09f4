import { isJsonObject, type JsonObject } from '@diode/protocol';
import type { NetboxFeed, ObjectChange } from './contract.js';
import { rowsOf } from './pages.js';
import { wordsOf } from './status-fault.js';
import type { Transport } from './transport.js';

const PATH = 'core/object-changes';
const PAGE = 500;

/** NetBox's change log (`/api/core/object-changes/`, 4.1 and later), by id: `time__gte` does not exist there and would be ignored. */
export function makeFeed(transport: Transport): NetboxFeed {
  const read = (query: string, signal?: AbortSignal) =>
    transport.call({ method: 'GET', path: PATH, query, ...(signal === undefined ? {} : { signal }) });

  return {
    async changesSince(afterId, signal) {
      const reply = await read(
        `id__gt=${afterId}&ordering=id&limit=${PAGE}&fields=id,time,user_name,request_id,action,changed_object_type,changed_object_id,message`,
        signal,
      );
      if (reply.status === 403) return { kind: 'forbidden', detail: wordsOf(reply.json) };
      const page = rowsOf(reply, PATH);
      const changes = (page?.rows ?? []).map(changeOf).filter((change) => change !== null);
      return { kind: 'changes', changes, more: page?.more ?? false };
    },
    async newestChange(signal) {
      const reply = await read('ordering=-id&limit=1&fields=id', signal);
      if (reply.status === 403) return null;
      const id = rowsOf(reply, PATH)?.rows[0]?.id;
      return typeof id === 'number' ? id : 0;
    },
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function changeOf(raw: JsonObject): ObjectChange | null {
  const action = isJsonObject(raw.action) ? raw.action.value : raw.action;
  if (typeof raw.id !== 'number' || typeof raw.changed_object_id !== 'number') return null;
  if (action !== 'create' && action !== 'update' && action !== 'delete') return null;
  return {
    id: raw.id,
    time: text(raw.time),
    userName: text(raw.user_name),
    requestId: text(raw.request_id),
    action,
    objectType: text(raw.changed_object_type),
    objectId: raw.changed_object_id,
    message: text(raw.message),
  };
}
