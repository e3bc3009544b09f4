import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@diode/protocol';
import type { FinishedWork, NewEntity, NewSync } from '../src/index.js';

let lastMs = 0;

/** UUIDv7, strictly rising within a process. */
export function uuidV7(at: number = Date.now()): string {
  lastMs = Math.max(lastMs + 1, at);
  const hex = lastMs.toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

export function newEntity(over: Partial<NewEntity> = {}): NewEntity {
  return {
    objectType: 'dcim.device',
    data: { name: 'switch-01' },
    observedAt: '2026-11-01T10:00:00.000Z',
    partition: 3,
    orderingKey: String(randomBytes(8).readBigInt64BE()),
    ...over,
  };
}

export function newSync(over: Partial<NewSync> = {}): NewSync {
  return {
    syncId: uuidV7(),
    source: 'test',
    clientId: 'client',
    channel: 'http',
    dryRun: false,
    receivedAt: new Date().toISOString(),
    refused: 0,
    errors: [],
    notes: [],
    entities: [newEntity()],
    idempotency: null,
    ...over,
  };
}

export function withBody(body: JsonObject, over: Partial<NewSync> = {}): NewSync {
  return newSync({ ...over, entities: [newEntity({ data: body })] });
}

export function finished(ref: FinishedWork['ref'], over: Partial<FinishedWork> = {}): FinishedWork {
  return {
    ref,
    state: 'unchanged',
    objectType: 'dcim.device',
    key: 'switch-01',
    action: 'noop',
    netbox: { id: 7, url: 'http://netbox/dcim/devices/7/' },
    detail: null,
    plannedAt: '2026-11-01T10:00:01.000Z',
    appliedAt: null,
    attempts: 0,
    ...over,
  };
}
