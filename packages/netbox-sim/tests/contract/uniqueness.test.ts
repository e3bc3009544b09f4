import { beforeAll, expect, it } from 'vitest';
import { devices, makeDevice, makeDeviceParts, makeInterface, makeSite, named, type Rack, sites } from './builders.js';
import { contract } from './contract.js';

contract('what may exist once', (netbox) => {
  let parts: Rack;
  beforeAll(async () => {
    parts = await makeDeviceParts(netbox());
  });
  const twice = async (path: string, body: Parameters<ReturnType<typeof netbox>['make']>[1]) => {
    await netbox().make(path, body);
    return netbox().refused('POST', path, body);
  };
  const both = async (path: string, body: Parameters<ReturnType<typeof netbox>['make']>[1]) => {
    await netbox().make(path, body);
    await netbox().make(path, body);
  };

  it('a site by name and by slug, case told apart', async () => {
    const body = named(netbox(), 'Once');
    expect(await twice(sites, body)).toEqual({
      name: ['site with this name already exists.'],
      slug: ['site with this slug already exists.'],
    });
    await netbox().make(sites, { name: body.name.toUpperCase(), slug: body.slug.toUpperCase() });
  });

  it('a region by parent, roots among themselves', async () => {
    const body = named(netbox(), 'Region');
    expect(await twice('/api/dcim/regions/', body)).toEqual({
      __all__: [
        'A top-level region with this name already exists.',
        'A top-level region with this slug already exists.',
      ],
    });
    const parent = await netbox().make('/api/dcim/regions/', named(netbox(), 'Region'));
    expect(await twice('/api/dcim/regions/', { ...body, parent: parent.id })).toEqual({
      __all__: ['Region with this Parent and Name already exists.', 'Region with this Parent and Slug already exists.'],
    });
  });

  it('a device type by its maker', async () => {
    const body = {
      manufacturer: parts.manufacturer.id,
      model: String(parts.type.model),
      slug: String(parts.type.slug),
    };
    expect(await netbox().refused('POST', '/api/dcim/device-types/', body)).toEqual({
      __all__: [
        'Device type with this Manufacturer and Model already exists.',
        'Device type with this Manufacturer and Slug already exists.',
      ],
    });
  });

  it('a platform by its maker, or among those of none', async () => {
    const body = named(netbox(), 'Platform');
    expect(await twice('/api/dcim/platforms/', body)).toEqual({
      __all__: ['Platform name must be unique.', 'Platform slug must be unique.'],
    });
    await netbox().make('/api/dcim/platforms/', { ...body, manufacturer: parts.manufacturer.id });
  });

  it('a tenant by its group, or among those of none', async () => {
    const body = named(netbox(), 'Tenant');
    expect(await twice('/api/tenancy/tenants/', body)).toEqual({
      __all__: [
        'Constraint “tenancy_tenant_unique_name” is violated.',
        'Constraint “tenancy_tenant_unique_slug” is violated.',
      ],
    });
    const group = await netbox().make('/api/tenancy/tenant-groups/', named(netbox(), 'Group'));
    expect(await twice('/api/tenancy/tenants/', { ...body, group: group.id })).toEqual({
      __all__: ['Tenant name must be unique per group.', 'Tenant slug must be unique per group.'],
    });
  });

  it('a device by name and site whatever the case, tenants apart', async () => {
    const device = await makeDevice(netbox(), parts);
    const same = {
      name: String(device.name).toUpperCase(),
      site: parts.site.id,
      device_type: parts.type.id,
      role: parts.role.id,
    };
    expect(await netbox().refused('POST', devices, same)).toEqual({
      __all__: ['Device name must be unique per site.'],
    });
    const tenant = await netbox().make('/api/tenancy/tenants/', named(netbox(), 'Tenant'));
    await netbox().make(devices, { ...same, tenant: tenant.id });
    expect(await netbox().refused('POST', devices, { ...same, tenant: tenant.id })).toEqual({
      __all__: ['Constraint “dcim_device_unique_name_site_tenant” is violated.'],
    });
    const elsewhere = await makeSite(netbox());
    await netbox().make(devices, { ...same, site: elsewhere.id });
    await both(devices, { ...same, name: null });
  });

  it('an asset tag anywhere, "" once too', async () => {
    const [a, b] = [await makeDevice(netbox(), parts, { asset_tag: netbox().tag }), await makeDevice(netbox(), parts)];
    expect(await netbox().refused('PATCH', `${devices}${b.id}/`, { asset_tag: netbox().tag })).toEqual({
      asset_tag: ['device with this asset tag already exists.'],
    });
    expect(a.display).toBe(`${a.name} (${netbox().tag})`);
    await netbox().patch(devices, a.id, { asset_tag: null });
    expect(await netbox().patch(devices, b.id, { asset_tag: netbox().tag })).toMatchObject({ asset_tag: netbox().tag });
  });

  it('an interface by its device, case told apart', async () => {
    const device = await makeDevice(netbox(), parts);
    await makeInterface(netbox(), device, 'Gi1');
    await makeInterface(netbox(), device, 'gi1');
    expect(
      await netbox().refused('POST', '/api/dcim/interfaces/', { device: device.id, name: 'Gi1', type: '1000base-t' }),
    ).toEqual({
      __all__: ['Interface with this Device and Name already exists.'],
    });
  });

  it('a rack by its location, but not without one', async () => {
    const location = await netbox().make('/api/dcim/locations/', { ...named(netbox(), 'Floor'), site: parts.site.id });
    const body = { name: named(netbox(), 'rack').name, site: parts.site.id };
    expect(await twice('/api/dcim/racks/', { ...body, location: location.id })).toEqual({
      __all__: ['Rack with this Location and Name already exists.'],
    });
    await both('/api/dcim/racks/', body);
  });

  it('a VRF by its route distinguisher, not by its name', async () => {
    const name = named(netbox(), 'vrf').name;
    await both('/api/ipam/vrfs/', { name });
    const rd = `65000:${netbox().tag}`;
    expect(await twice('/api/ipam/vrfs/', { name, rd })).toEqual({
      rd: ['VRF with this route distinguisher already exists.'],
    });
  });

  it('leaves an object its own key when it changes', async () => {
    const body = named(netbox(), 'Own');
    const one = await netbox().make(sites, body);
    await netbox().patch(sites, one.id, { ...body, description: 'same name' });
  });
});
