/**
 * The members of `Entity` Diode writes, and the NetBox content type of each. Other members decode and get a verdict; adding
 * one is a row here once the catalogue knows its type.
 */
export const SUPPORTED_ENTITIES: ReadonlyMap<string, string> = new Map([
  ['device', 'dcim.device'],
  ['device_role', 'dcim.devicerole'],
  ['device_type', 'dcim.devicetype'],
  ['interface', 'dcim.interface'],
  ['location', 'dcim.location'],
  ['mac_address', 'dcim.macaddress'],
  ['manufacturer', 'dcim.manufacturer'],
  ['platform', 'dcim.platform'],
  ['rack', 'dcim.rack'],
  ['rack_role', 'dcim.rackrole'],
  ['region', 'dcim.region'],
  ['site', 'dcim.site'],
  ['site_group', 'dcim.sitegroup'],
  ['ip_address', 'ipam.ipaddress'],
  ['prefix', 'ipam.prefix'],
  ['role', 'ipam.role'],
  ['route_target', 'ipam.routetarget'],
  ['vlan', 'ipam.vlan'],
  ['vlan_group', 'ipam.vlangroup'],
  ['vrf', 'ipam.vrf'],
  ['tenant', 'tenancy.tenant'],
  ['tenant_group', 'tenancy.tenantgroup'],
  ['custom_field', 'extras.customfield'],
  ['custom_field_choice_set', 'extras.customfieldchoiceset'],
  ['tag', 'extras.tag'],
]);
