/**
 * Arrays in Postgres' binary format, for `unnest($1::uuid[], …)`. node-pg sends a Buffer in binary, so a thousand rows cost one
 * parameter a column and no escaping: text arrays would double every byte of a body as hex and quote it once more.
 * Format: Postgres source, src/backend/utils/adt/arrayfuncs.c, `array_recv`.
 */

const HEADER_BYTES = 20;
/** Postgres counts microseconds from 2000-01-01. */
const EPOCH_OFFSET_MS = 946_684_800_000;

const OID = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, timestamptz: 1184, uuid: 2950 } as const;

function header(buffer: Buffer, oid: number, length: number, hasNull: boolean): void {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
}

function fixed<T>(
  oid: number,
  width: number,
  values: readonly (T | null)[],
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  const nulls = values.reduce<number>((n, value) => (value === null ? n + 1 : n), 0);
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 4 + (values.length - nulls) * width);
  header(buffer, oid, values.length, nulls > 0);
  let at = HEADER_BYTES;
  for (const value of values) {
    buffer.writeInt32BE(value === null ? -1 : width, at);
    at += 4;
    if (value === null) continue;
    write(buffer, value, at);
    at += width;
  }
  return buffer;
}

function utf8(oid: number, values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)));
  const total = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(total);
  header(
    buffer,
    oid,
    values.length,
    lengths.some((length) => length < 0),
  );
  let at = HEADER_BYTES;
  for (const [i, value] of values.entries()) {
    const length = lengths[i] ?? -1;
    buffer.writeInt32BE(length, at);
    at += 4;
    if (value === null) continue;
    buffer.write(value, at, 'utf8');
    at += length;
  }
  return buffer;
}

/** UUIDs in any spelling with 32 hexadecimal digits. Throws TypeError on anything else. */
export function uuidArray(values: readonly string[]): Buffer {
  let last = '';
  let lastAt = -1;
  return fixed(OID.uuid, 16, values, (buffer, value, at) => {
    if (value === last) {
      buffer.copy(buffer, at, lastAt, lastAt + 16);
    } else {
      const hex = value.replaceAll('-', '');
      if (hex.length !== 32 || buffer.write(hex, at, 'hex') !== 16) throw new TypeError(`not a UUID: ${value}`);
      last = value;
    }
    lastAt = at;
  });
}

export function int2Array(values: readonly number[]): Buffer {
  return fixed(OID.int2, 2, values, (buffer, value, at) => buffer.writeInt16BE(value, at));
}

export function int4Array(values: readonly number[]): Buffer {
  return fixed(OID.int4, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
}

/** NetBox ids and the like. */
export function int8Array(values: readonly (number | bigint | null)[]): Buffer {
  return fixed(OID.int8, 8, values, (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value), at));
}

export function boolArray(values: readonly boolean[]): Buffer {
  return fixed(OID.bool, 1, values, (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at));
}

/** RFC 3339 instants, to the millisecond. Throws RangeError when one cannot be read. */
export function timestampArray(values: readonly (string | null)[]): Buffer {
  let last = '';
  let lastMicroseconds = 0n;
  return fixed(OID.timestamptz, 8, values, (buffer, value, at) => {
    // The rows of a sync mostly share their instants, and parsing one costs more than all the rest of a row.
    if (value !== last) {
      lastMicroseconds = BigInt(Date.parse(value) - EPOCH_OFFSET_MS) * 1000n;
      last = value;
    }
    buffer.writeBigInt64BE(lastMicroseconds, at);
  });
}

/** Text: NUL, which Postgres' text cannot hold, becomes U+FFFD, as a lone surrogate does. */
export function textArray(values: readonly (string | null)[]): Buffer {
  return utf8(OID.text, values.some((value) => value?.includes('\0') === true) ? values.map(withoutNul) : values);
}

/** The UTF-8 bytes of strings, in general JSON. */
export function bytesArray(values: readonly (string | null)[]): Buffer {
  return utf8(OID.bytea, values);
}

function withoutNul(value: string | null): string | null {
  return value === null ? null : value.replaceAll('\0', '\ufffd');
}
