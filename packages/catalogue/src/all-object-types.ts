import { device } from './dcim/device.js';
import { deviceRole } from './dcim/device-role.js';
import { deviceType } from './dcim/device-type.js';
import { deviceInterface } from './dcim/interface.js';
import { location } from './dcim/location.js';
import { macAddress } from './dcim/mac-address.js';
import { manufacturer } from './dcim/manufacturer.js';
import { platform } from './dcim/platform.js';
import { rack } from './dcim/rack.js';
import { rackRole } from './dcim/rack-role.js';
import { region } from './dcim/region.js';
import { site } from './dcim/site.js';
import { siteGroup } from './dcim/site-group.js';
import { customField } from './extras/custom-field.js';
import { customFieldChoiceSet } from './extras/custom-field-choice-set.js';
import { tag } from './extras/tag.js';
import { ipAddress } from './ipam/ip-address.js';
import { prefix } from './ipam/prefix.js';
import { ipamRole } from './ipam/role.js';
import { routeTarget } from './ipam/route-target.js';
import { vlan } from './ipam/vlan.js';
import { vlanGroup } from './ipam/vlan-group.js';
import { vrf } from './ipam/vrf.js';
import type { ObjectTypeRow } from './object-type.js';
import { tenant } from './tenancy/tenant.js';
import { tenantGroup } from './tenancy/tenant-group.js';

/** Every object type Diode writes. */
export const OBJECT_TYPES: readonly ObjectTypeRow[] = [
  region,
  siteGroup,
  site,
  location,
  rackRole,
  rack,
  manufacturer,
  deviceType,
  deviceRole,
  platform,
  device,
  deviceInterface,
  macAddress,
  tenantGroup,
  tenant,
  tag,
  customField,
  customFieldChoiceSet,
  vrf,
  routeTarget,
  prefix,
  ipAddress,
  vlanGroup,
  vlan,
  ipamRole,
];

export function allObjectTypes(): readonly ObjectTypeRow[] {
  return OBJECT_TYPES;
}
