import type { NewSync } from '../contract.js';
import { indexKey } from '../postgres/index-key.js';

/** A sync made ready for a group: everything that can fail for one body only has been done, in its own caller's turn. */
export interface EncodedSync {
  readonly sync: NewSync;
  /** The entities' JSON, in order. */
  readonly bodies: readonly string[];
  readonly bytes: number;
  readonly idempotencyKey: string | null;
  readonly orderingKeys: readonly bigint[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function checkInstant(instant: string): void {
  if (Number.isNaN(Date.parse(instant))) throw new RangeError(`not an instant: ${instant}`);
}

/** Throws TypeError or RangeError for what the ingester must never pass: a fault of ours, not of a client. */
export function encodeSync(sync: NewSync): EncodedSync {
  if (!UUID.test(sync.syncId)) throw new TypeError(`not a lower-case UUID: ${sync.syncId}`);
  checkInstant(sync.receivedAt);
  let bytes = 0;
  const bodies: string[] = [];
  const orderingKeys: bigint[] = [];
  for (const entity of sync.entities) {
    checkInstant(entity.observedAt);
    if (!Number.isInteger(entity.partition) || entity.partition < 0 || entity.partition > 32_767) {
      throw new RangeError(`not a partition: ${entity.partition}`);
    }
    const body = JSON.stringify(entity.data);
    bytes += body.length;
    bodies.push(body);
    // Hashes are unsigned to some, signed to Postgres: the same 64 bits.
    orderingKeys.push(BigInt.asIntN(64, BigInt(entity.orderingKey)));
  }
  return {
    sync,
    bodies,
    bytes,
    idempotencyKey: sync.idempotency === null ? null : indexKey(sync.idempotency.key),
    orderingKeys,
  };
}
