const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the canonical spelling of a UUID. Anything else names no sync, and Postgres would refuse it. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** The smallest UUIDv7 of an instant, as the SQL function `diode_uuid_floor`. */
export function uuidFloor(epochMs: number): string {
  const hex = Math.floor(epochMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
