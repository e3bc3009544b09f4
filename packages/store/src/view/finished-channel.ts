/** The NOTIFY channel on which `finish` names the syncs it touched, for those who wait. */
export const FINISHED_CHANNEL = 'diode_finished';

/** Postgres takes payloads under 8,000 bytes; an id and its comma are 37. */
const IDS_A_PAYLOAD = 200;

export function notificationPayloads(syncIds: readonly string[]): readonly string[] {
  const payloads: string[] = [];
  for (let at = 0; at < syncIds.length; at += IDS_A_PAYLOAD) {
    payloads.push(syncIds.slice(at, at + IDS_A_PAYLOAD).join(','));
  }
  return payloads;
}

export function syncIdsOf(payload: string): readonly string[] {
  return payload.split(',');
}
