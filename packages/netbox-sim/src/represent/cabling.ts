import { isRecord, type Row, textOf } from '../store/row.js';
import type { FieldSpec, Json, TypeTable } from '../tables/table-shapes.js';
import type { View } from './view.js';

interface End {
  readonly type: string;
  readonly id: number;
}

/** The terminations of one end of a cable, from the rows of `dcim.cabletermination`. */
export function cableEnds(view: View, cableId: number, end: Json): End[] {
  return [...view.engine.db.table('dcim.cabletermination').where('cable', cableId)]
    .flatMap((id) => view.engine.row('dcim.cabletermination', id) ?? [])
    .filter((row) => row.cable_end === end)
    .map((row) => ({ type: textOf(row.termination_type), id: Number(row.termination_id) }));
}

const show = (view: View, end: End): Json => view.brief(view, end.type, end.id);

/** What a cabled port, or a cable, shows of the other side; undefined for fields that are not about cabling. */
export function cabling(view: View, type: TypeTable, field: FieldSpec, row: Row): Json | undefined {
  if (field.kind === 'terminations') {
    const end = field.name === 'a_terminations' ? 'A' : 'B';
    return cableEnds(view, row.id, end).map((one) => ({
      object_type: one.type,
      object_id: one.id,
      object: show(view, one),
    }));
  }
  if (!type.columns.cable_end) return undefined;
  if (field.name === '_occupied') return row.cable !== null || row.mark_connected === true;
  const isLink = /^(link_peers|connected_endpoints)(_type)?$/.exec(field.name);
  if (!isLink && field.name !== 'connected_endpoints_reachable') return undefined;
  const cable = row.cable;
  const peers = typeof cable === 'number' ? cableEnds(view, cable, row.cable_end === 'A' ? 'B' : 'A') : [];
  if (field.name === 'connected_endpoints_reachable') return peers.length > 0 ? true : null;
  const first = peers[0];
  if (isLink?.[2]) return first ? first.type : null;
  if (peers.length === 0 && isLink?.[1] === 'connected_endpoints') return null;
  return peers.map((peer) => show(view, peer));
}

/** A termination as a request gives it. */
export const readTermination = (value: Json): End | null =>
  isRecord(value) && typeof value.object_type === 'string' && typeof value.object_id === 'number'
    ? { type: value.object_type, id: value.object_id }
    : null;
