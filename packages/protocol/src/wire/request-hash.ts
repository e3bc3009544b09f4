import { createHash } from 'node:crypto';
import { type DescField, type DescMessage, type DescOneof, type Message, toBinary } from '@bufbuild/protobuf';
import { wireMessage } from './descriptor.js';
import type { WireRequest } from './ingest-request.js';
import { isRaw } from './raw-message.js';

/**
 * SHA-256 (hex) of what a request says, its id included: the same request resent has the same hash. The order of map entries
 * varies from send to send (facts: diode-wire §2.2) and does not count; unknown fields do. Without a map of two entries the bytes
 * are their own canonical form; otherwise the message is written anew with its maps in order.
 */
export function requestHash(request: WireRequest): string {
  const desc = wireMessage('IngestRequest');
  const canonical = inOrder(desc, request.message);
  const bytes = canonical === request.message ? request.bytes : toBinary(desc, canonical);
  return createHash('sha256').update(bytes).digest('hex');
}

/** Members of a message that hold messages or maps, by local name; the rest is canonical as it is. */
type Member = readonly [local: string, order: (value: unknown) => unknown];
const compiled = new WeakMap<DescMessage, readonly Member[]>();

/** The message itself when it holds no map of two or more entries, else a copy with the entries of every map in order. */
function inOrder<T extends Message>(desc: DescMessage, message: T): T {
  let copy: T | null = null;
  for (const [local, order] of membersOf(desc)) {
    const value: unknown = Reflect.get(message, local);
    const ordered = value === undefined ? value : order(value);
    if (ordered === value) continue;
    copy ??= { ...message };
    Reflect.set(copy, local, ordered);
  }
  return copy ?? message;
}

function membersOf(desc: DescMessage): readonly Member[] {
  let members = compiled.get(desc);
  if (members === undefined) {
    members = desc.members.flatMap((member) => {
      const order = member.kind === 'oneof' ? oneofOrder(ordersOf(member)) : fieldOrder(member);
      return order === null ? [] : [[member.localName, order] as const];
    });
    compiled.set(desc, members);
  }
  return members;
}

type Order = (value: unknown) => unknown;

function ordersOf(oneof: DescOneof): ReadonlyMap<string, Order> {
  const fields = oneof.fields.flatMap((field) =>
    field.message === undefined ? [] : [[field, field.message] as const],
  );
  return new Map(fields.map(([field, message]) => [field.localName, messageOrder(message)]));
}

function fieldOrder(field: DescField): Order | null {
  if (field.fieldKind === 'map') return mapOrder(field.message);
  if (field.message === undefined) return null;
  return field.fieldKind === 'list' ? listOrder(messageOrder(field.message)) : messageOrder(field.message);
}

/** A Struct is held as JSON: its objects are maps all the way down. */
function messageOrder(desc: DescMessage): Order {
  if (desc.typeName === 'google.protobuf.Struct') return jsonOrder;
  return (value) => (isMessageOf(desc, value) ? inOrder(desc, value) : value);
}

function isMessageOf(desc: DescMessage, value: unknown): value is Message {
  return isRaw(value) && value.$typeName === desc.typeName;
}

/** A list in which nothing changed stays the same list. */
function listOrder(order: Order): Order {
  return (value) => {
    if (!Array.isArray(value)) return value;
    const ordered: unknown[] = value.map(order);
    return ordered.every((item, i) => item === value[i]) ? value : ordered;
  };
}

function oneofOrder(orders: ReadonlyMap<string, Order>): Order {
  return (value) => {
    if (!isRaw(value) || typeof value.case !== 'string') return value;
    const ordered = orders.get(value.case)?.(value.value) ?? value.value;
    return ordered === value.value ? value : { case: value.case, value: ordered };
  };
}

function mapOrder(desc: DescMessage | undefined): Order {
  const order: Order = desc === undefined ? (value) => value : messageOrder(desc);
  return (value) => (isRaw(value) ? sorted(value, order) : value);
}

function jsonOrder(value: unknown): unknown {
  return isRaw(value) ? sorted(value, jsonOrder) : listOrder(jsonOrder)(value);
}

/** A map of one entry has no order; what is in it may. */
function sorted(map: Readonly<Record<string, unknown>>, order: Order): Readonly<Record<string, unknown>> {
  const entries = Object.keys(map).map((key): [string, unknown] => [key, order(map[key])]);
  if (entries.length < 2 && entries.every(([key, item]) => item === map[key])) return map;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
