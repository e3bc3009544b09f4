import type { NetboxWriter } from './contract.js';

/** Types whose POSTs NetBox itself runs one at a time, under one advisory lock for the entire instance (facts/netbox.md §6). */
const SERIAL_CREATES = new Set(['ipam.ipaddress']);

/**
 * One lane for addresses: a second POST in flight would only occupy a worker of NetBox that people need. Bulk PATCH is not locked and stays
 * beside it.
 */
export function withAddressLane(writer: NetboxWriter): NetboxWriter {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    createMany(objectType, items, signal) {
      if (!SERIAL_CREATES.has(objectType)) return writer.createMany(objectType, items, signal);
      const turn = tail.then(() => writer.createMany(objectType, items, signal));
      tail = turn.catch(() => undefined);
      return turn;
    },
    updateMany: (objectType, items, signal) => writer.updateMany(objectType, items, signal),
  };
}
