import type { Engine } from '../engine.js';
import { parseNetwork } from '../network/address.js';
import { type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';

/** What NetBox's `save()` itself puts into a row: cached places, lower case, sizes. */
export function beforeSave(engine: Engine, type: TypeTable, row: Row, before: Row | null): Row {
  const derived: Record<string, Json> = {};
  if (type.columns._site && type.columns.scope_type)
    Object.assign(derived, placesOf(engine, row.scope_type, row.scope_id));
  if (type.columns._site && type.columns.termination_type && type.model === 'circuits.circuittermination') {
    Object.assign(derived, placesOf(engine, row.termination_type, row.termination_id));
  }
  if (type.columns._site && type.columns.device) {
    const device = engine.row('dcim.device', row.device);
    Object.assign(derived, {
      _site: device?.site ?? null,
      _location: device?.location ?? null,
      _rack: device?.rack ?? null,
    });
  }
  if (type.columns.wwn && row.wwn === '') derived.wwn = null;
  if (type.columns._name) derived._name = row.name ?? '';
  switch (type.model) {
    case 'ipam.ipaddress':
      derived.dns_name = textOf(row.dns_name).toLowerCase();
      break;
    case 'ipam.iprange': {
      const [start, end] = [parseNetwork(textOf(row.start_address)), parseNetwork(textOf(row.end_address))];
      if (start && end) derived.size = Number(end.value - start.value) + 1;
      break;
    }
    case 'dcim.device':
      Object.assign(derived, deviceDefaults(engine, row, before));
      break;
    case 'virtualization.virtualmachine':
      if (row.site === null) derived.site = engine.row('virtualization.cluster', row.cluster)?._site ?? null;
      break;
    case 'extras.customfieldchoiceset':
      if (row.order_alphabetically === true && Array.isArray(row.extra_choices)) {
        derived.extra_choices = [...row.extra_choices].sort((a: Json, b: Json) => (String(a) < String(b) ? -1 : 1));
      }
      break;
    default:
  }
  return { ...row, ...derived };
}

/** A new device takes airflow and platform from its type where it says nothing itself; its location from its rack. */
function deviceDefaults(engine: Engine, row: Row, before: Row | null): Record<string, Json> {
  const deviceType = engine.row('dcim.devicetype', row.device_type);
  const out: Record<string, Json> = {};
  if (!before) {
    if (!row.airflow && deviceType?.airflow) out.airflow = deviceType.airflow;
    if (row.platform === null && typeof deviceType?.default_platform === 'number')
      out.platform = deviceType.default_platform;
  }
  const rack = engine.row('dcim.rack', row.rack);
  if (rack && typeof rack.location === 'number') out.location = rack.location;
  return out;
}

/** Where a scope lies, as NetBox caches it for filters. */
function placesOf(engine: Engine, scopeType: Json | undefined, scopeId: Json | undefined): Record<string, Json> {
  const out: Record<string, Json> = { _region: null, _site_group: null, _site: null, _location: null };
  const scope = engine.row(textOf(scopeType), scopeId);
  if (!scope) return out;
  if (scopeType === 'dcim.region') out._region = scope.id;
  if (scopeType === 'dcim.sitegroup') out._site_group = scope.id;
  if (scopeType === 'dcim.location') out._location = scope.id;
  const site =
    scopeType === 'dcim.site' ? scope : scopeType === 'dcim.location' ? engine.row('dcim.site', scope.site) : undefined;
  if (site) Object.assign(out, { _site: site.id, _region: site.region ?? null, _site_group: site.group ?? null });
  return out;
}
