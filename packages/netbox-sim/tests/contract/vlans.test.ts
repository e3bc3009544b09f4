import { expect, it } from 'vitest';
import { makeSite, named, vlans } from './builders.js';
import { contract } from './contract.js';

const groups = '/api/ipam/vlan-groups/';

contract('VLANs', (netbox) => {
  it('shows the default range of a group short by one until it is read again', async () => {
    const group = await netbox().make(groups, named(netbox(), 'Group'));
    expect(group.vid_ranges).toEqual([[1, 4093]]);
    expect(await netbox().get(`${groups}${group.id}/`)).toMatchObject({ vid_ranges: [[1, 4094]] });
  });

  it('binds the name of a group within its scope, and not without one', async () => {
    const site = await makeSite(netbox());
    const body = { ...named(netbox(), 'Group'), scope_type: 'dcim.site', scope_id: site.id };
    await netbox().make(groups, body);
    expect(await netbox().refused('POST', groups, body)).toEqual({
      __all__: [
        'VLAN group with this Scope type, Scope id and Name already exists.',
        'VLAN group with this Scope type, Scope id and Slug already exists.',
      ],
    });
    const free = named(netbox(), 'Group');
    await netbox().make(groups, free);
    await netbox().make(groups, free);
    expect(await netbox().list(`${groups}?slug=${free.slug}&scope_id__empty=true`)).toHaveLength(2);
    expect(await netbox().list(`${groups}?slug=${body.slug}&scope_type=dcim.site&scope_id=${site.id}`)).toHaveLength(1);
  });

  it('keeps a VLAN within the ranges of its group, its id and name once there', async () => {
    const site = await makeSite(netbox());
    const group = await netbox().make(groups, {
      ...named(netbox(), 'Group'),
      vid_ranges: [
        [10, 20],
        [30, 40],
      ],
    });
    const vlan = await netbox().make(vlans, { vid: 10, name: 'v10', group: { slug: group.slug! } });
    expect(vlan).toMatchObject({ display: 'v10 (10)', group: { id: group.id }, site: null });
    expect(await netbox().refused('POST', vlans, { vid: 25, name: 'v25', group: group.id })).toEqual({
      vid: [`VID must be in ranges 10-20,30-40 for VLANs in group ${group.name}`],
    });
    expect(await netbox().refused('POST', vlans, { vid: 10, name: 'other', group: group.id })).toEqual({
      __all__: ['VLAN with this Group and VLAN ID already exists.'],
    });
    expect(await netbox().refused('POST', vlans, { vid: 11, name: 'v10', group: group.id })).toEqual({
      __all__: ['VLAN with this Group and Name already exists.'],
    });
    await netbox().make(vlans, { vid: 10, name: 'v10', site: site.id });
    await netbox().make(vlans, { vid: 10, name: 'v10', site: site.id });
    expect(await netbox().list(`${vlans}?site_id=${site.id}&vid=10&group_id=null`)).toHaveLength(2);
    expect(await netbox().ids(`${vlans}?group_id=${group.id}&vid=10`)).toEqual([vlan.id]);
  });

  it.each([
    [
      [
        [10, 20],
        [15, 30],
      ],
      ['Ranges cannot overlap.'],
    ],
    [[[0, 20]], ['Starting VLAN ID in range (0) cannot be less than 1']],
    [[[1, 5000]], ['Ending VLAN ID in range (5000) cannot exceed 4094']],
  ])('refuses the ranges %j', async (vid_ranges, words) => {
    expect(await netbox().refused('POST', groups, { ...named(netbox(), 'Group'), vid_ranges })).toEqual({
      vid_ranges: words,
    });
  });
});
