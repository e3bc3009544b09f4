/** What is needed of a NetBox: where it is and its token. */
export interface NetboxAt {
  readonly url: string;
  readonly token: string;
}

/** Puts one of everything into a NetBox that is awkward to carry: nested places, names with commas, lists, what points back. */
export async function fillNetbox(netbox: NetboxAt): Promise<void> {
  const post = async (path: string, body: object, method = 'POST'): Promise<number> => {
    const response = await fetch(`${netbox.url}/api/${path}/`, {
      method,
      headers: { authorization: `Token ${netbox.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { id: number };
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer.id;
  };
  const field = (name: string, type: string, more: object = {}): Promise<number> =>
    post('extras/custom-fields', { name, type, object_types: ['dcim.device', 'dcim.site'], ...more });
  const choices = await post('extras/custom-field-choice-sets', {
    name: 'Colours',
    extra_choices: [
      ['red', 'Red'],
      ['green', 'Green'],
    ],
  });
  await field('owner', 'text');
  await field('ports', 'integer');
  await field('colours', 'multiselect', { choice_set: choices });
  await field('twin', 'object', { related_object_type: 'dcim.site' });
  const tags = [
    await post('extras/tags', { name: 'a, b', slug: 'comma' }),
    await post('extras/tags', { name: 'Blue', slug: 'blue', color: '0000ff' }),
  ];
  const world = await post('dcim/regions', { name: 'World', slug: 'world' });
  const europe = await post('dcim/regions', { name: 'Europe', slug: 'eu', parent: world });
  const group = await post('tenancy/tenant-groups', { name: 'Customers', slug: 'customers' });
  const tenant = await post('tenancy/tenants', { name: 'ACME', slug: 'acme', group });
  const site = await post('dcim/sites', {
    name: 'DC1',
    slug: 'dc-one',
    region: europe,
    tenant,
    latitude: 52.52,
    longitude: 13.405,
    time_zone: 'Europe/Berlin',
  });
  await post(`dcim/sites/${site}`, { custom_fields: { twin: site } }, 'PATCH');
  const hall = await post('dcim/locations', { name: 'Hall', slug: 'hall', site });
  const cage = await post('dcim/locations', { name: 'Cage', slug: 'cage', site, parent: hall });
  const rack = await post('dcim/racks', { name: 'R1', site, location: cage, u_height: 48 });
  const manufacturer = await post('dcim/manufacturers', { name: 'Arista', slug: 'arista' });
  const type = await post('dcim/device-types', { manufacturer, model: '7050', slug: 'arista-7050', u_height: 2 });
  const role = await post('dcim/device-roles', { name: 'Leaf', slug: 'leaf', color: '00ff00' });
  const device = await post('dcim/devices', {
    name: 'EDGE-1',
    device_type: type,
    role,
    site,
    serial: '007',
    status: 'planned',
    comments: 'two\nlines, "quoted"',
    tags,
    custom_fields: { owner: '[net]', ports: 48, colours: ['red', 'green'] },
  });
  await post('dcim/devices', {
    name: 'EDGE-2',
    device_type: type,
    role,
    site,
    location: cage,
    rack,
    position: 3,
    face: 'front',
    tenant,
  });
  const vlanGroup = await post('ipam/vlan-groups', {
    name: 'Campus',
    slug: 'campus',
    scope_type: 'dcim.location',
    scope_id: cage,
    vid_ranges: [
      [1, 99],
      [200, 299],
    ],
  });
  const vlans = [
    await post('ipam/vlans', { vid: 10, name: 'users', group: vlanGroup }),
    await post('ipam/vlans', { vid: 20, name: 'voice', group: vlanGroup }),
  ];
  const target = await post('ipam/route-targets', { name: '65000:100' });
  const vrf = await post('ipam/vrfs', { name: 'Cust', rd: '65000:1', import_targets: [target] });
  await post('ipam/prefixes', { prefix: '192.0.2.0/24', vrf, scope_type: 'dcim.site', scope_id: site, vlan: vlans[0] });
  const port = await post('dcim/interfaces', {
    device,
    name: 'Ethernet1',
    type: '10gbase-x-sfpp',
    mode: 'tagged',
    untagged_vlan: vlans[0],
    tagged_vlans: vlans,
    mtu: 9214,
    enabled: false,
  });
  const mac = await post('dcim/mac-addresses', {
    mac_address: '00:1C:73:00:00:01',
    assigned_object_type: 'dcim.interface',
    assigned_object_id: port,
  });
  await post(`dcim/interfaces/${port}`, { primary_mac_address: mac }, 'PATCH');
  const address = await post('ipam/ip-addresses', {
    address: '192.0.2.1/24',
    vrf,
    assigned_object_type: 'dcim.interface',
    assigned_object_id: port,
  });
  await post(`dcim/devices/${device}`, { primary_ip4: address }, 'PATCH');
}
