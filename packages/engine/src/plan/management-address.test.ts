import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import { applyEntities, changeOf, type Entity, planEntities, verdicts } from '../../tests/support/run.js';

const device = (name: string, ip: unknown, more = {}): Entity => [
  'dcim.device',
  { name, device_type: 'X', site: 'DC1', primary_ip4: ip as never, ...more },
];

describe('an address asserted of a device', () => {
  it('is /32 on mgmt0 of type other when nobody has it', () => {
    const model = new Model();
    applyEntities(model, [device('A', '10.0.0.1')]);
    expect(model.all('ipam.ipaddress')[0]?.data).toMatchObject({ address: '10.0.0.1/32', status: 'active' });
    expect(model.all('dcim.interface')[0]?.data).toMatchObject({ name: 'mgmt0', type: 'other' });
  });

  it('keeps the mask of a host that exists', () => {
    const model = new Model();
    model.put('ipam.ipaddress', {
      address: '10.0.0.1/24',
      vrf: null,
      assigned_object_type: null,
      assigned_object_id: null,
      status: 'active',
    });
    applyEntities(model, [device('A', '10.0.0.1')]);
    const [address] = model.all('ipam.ipaddress');
    expect([address?.data.address, model.all('ipam.ipaddress').length]).toEqual(['10.0.0.1/24', 1]);
    expect(model.all('dcim.device')[0]?.data.primary_ip4).toBe(address?.id);
  });

  it('takes a mask that is given', () => {
    const model = new Model();
    applyEntities(model, [device('A', '10.0.0.1')]);
    applyEntities(model, [device('A', '10.0.0.1/24')]);
    expect(model.all('ipam.ipaddress').map((one) => one.data.address)).toEqual(['10.0.0.1/24']);
  });

  it('goes on the only management interface the device has', () => {
    const model = new Model();
    applyEntities(
      model,
      [device('A', undefined)].map(([type, data]) => [type, JSON.parse(JSON.stringify(data))] as Entity),
    );
    const owner = model.all('dcim.device')[0]?.id ?? 0;
    const port = model.put('dcim.interface', {
      device: owner,
      name: 'Management1',
      type: '1000base-t',
      mgmt_only: true,
    });
    applyEntities(model, [device('A', '10.0.0.1')]);
    expect(model.all('dcim.interface')).toHaveLength(1);
    expect(model.all('ipam.ipaddress')[0]?.data.assigned_object_id).toBe(port);
  });

  it('goes on the management interface asserted in the same batch', () => {
    const model = new Model();
    const batch: Entity[] = [
      device('A', '10.0.0.1'),
      ['dcim.interface', { device: { name: 'A', site: 'DC1' }, name: 'Management1', type: 'other', mgmt_only: true }],
    ];
    applyEntities(model, batch);
    expect(model.all('dcim.interface').map((one) => one.data.name)).toEqual(['Management1']);
  });

  it('goes where the same batch puts the address', () => {
    const model = new Model();
    const port = { device: { name: 'A', site: 'DC1' }, name: 'Vlan1' };
    applyEntities(model, [
      device('A', '10.0.0.1'),
      ['ipam.ipaddress', { address: '10.0.0.1/24', assigned_object: { interface: port } }],
      ['dcim.interface', { ...port, type: 'virtual' }],
    ]);
    expect(model.all('dcim.interface').map((one) => one.data.name)).toEqual(['Vlan1']);
    expect(model.all('ipam.ipaddress').map((one) => one.data.address)).toEqual(['10.0.0.1/24']);
    expect(model.all('dcim.device')[0]?.data.primary_ip4).toBe(model.all('ipam.ipaddress')[0]?.id);
  });

  it('is held when another device has it; the rest of the device is written', () => {
    const model = new Model();
    applyEntities(model, [device('A', '10.0.0.1')]);
    const change = changeOf(applyEntities(model, [device('B', '10.0.0.1')]));
    expect([change.action, verdicts(change).primary_ip4, change.problems[0]?.code]).toEqual([
      'create',
      'held',
      'address_taken',
    ]);
    expect(change.problems[0]?.detail).toContain('device A');
    expect(model.all('dcim.device').map((one) => one.data.primary_ip4 ?? null)).toContain(null);
  });

  it('moves on when the device gets another address', () => {
    const model = new Model();
    applyEntities(model, [device('A', '10.0.0.1')]);
    applyEntities(model, [device('A', '10.0.0.2')]);
    const addresses = model.all('ipam.ipaddress');
    expect(addresses.map((one) => one.data.address)).toEqual(['10.0.0.1/32', '10.0.0.2/32']);
    expect(model.all('dcim.device')[0]?.data.primary_ip4).toBe(addresses[1]?.id);
    expect(model.all('dcim.interface')).toHaveLength(1);
  });

  it('is taken as an object, with its other fields, and as the built-in names', () => {
    const model = new Model();
    applyEntities(model, [device('A', { address: '10.0.0.1/24', dns_name: 'A.Example' })]);
    expect(model.all('ipam.ipaddress')[0]?.data).toMatchObject({ address: '10.0.0.1/24', dns_name: 'a.example' });
    const other = new Model();
    applyEntities(other, [['dcim.device', { name: 'A', device_type: 'X', site: 'DC1', mgmt_ip: '10.0.0.1' }]]);
    expect(other.all('ipam.ipaddress')).toHaveLength(1);
  });

  it('is rejected when it is no address of that family', () => {
    const plan = planEntities(new Model(), [device('A', 'not an address'), device('B', '2001:db8::1')]);
    expect(plan.outcomes.map((one) => [one.change, one.problems[0]?.pointer])).toEqual([
      [null, '/primary_ip4'],
      [null, '/primary_ip4'],
    ]);
  });

  it('clears with null', () => {
    const model = new Model();
    applyEntities(model, [device('A', '10.0.0.1')]);
    applyEntities(model, [device('A', null)]);
    expect(model.all('dcim.device')[0]?.data.primary_ip4).toBeNull();
  });
});

describe('a MAC address asserted of an interface', () => {
  const port = (mac: unknown): Entity => [
    'dcim.interface',
    { device: { name: 'A', site: 'DC1', device_type: 'X' }, name: 'e1', type: 'other', mac_address: mac as never },
  ];

  it('becomes an object of its own, and the pointer to it is set late', () => {
    const model = new Model();
    const plan = applyEntities(model, [port('001c.7300.0001')]);
    expect(changeOf(plan).late).toEqual(['primary_mac_address']);
    expect(model.all('dcim.macaddress')[0]?.data).toMatchObject({
      mac_address: '00:1C:73:00:00:01',
      assigned_object_type: 'dcim.interface',
    });
    expect(changeOf(planEntities(model, [port('00-1c-73-00-00-01')])).action).toBe('noop');
  });

  it('adopts one that stands unassigned, and leaves one of another interface alone', () => {
    const model = new Model();
    model.put('dcim.macaddress', {
      mac_address: '00:1C:73:00:00:01',
      assigned_object_type: null,
      assigned_object_id: null,
    });
    applyEntities(model, [port('00:1c:73:00:00:01')]);
    expect(model.all('dcim.macaddress')).toHaveLength(1);
    model.put('dcim.macaddress', {
      mac_address: '00:1C:73:00:00:02',
      assigned_object_type: 'dcim.interface',
      assigned_object_id: 999,
    });
    applyEntities(model, [port('00:1c:73:00:00:02')]);
    expect(model.all('dcim.macaddress')).toHaveLength(3);
  });
});
