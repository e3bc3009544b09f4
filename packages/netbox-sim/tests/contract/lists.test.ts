import { beforeAll, expect, it } from 'vitest';
import { makeSite, named, sites } from './builders.js';
import { contract } from './contract.js';
import type { Thing } from './netbox-under-test.js';

contract('lists', (netbox) => {
  let made: Thing[] = [];
  let mine = '';

  beforeAll(async () => {
    const region = await netbox().make('/api/dcim/regions/', named(netbox(), 'Region'));
    const child = await netbox().make('/api/dcim/regions/', { ...named(netbox(), 'Region'), parent: region.id });
    const first = await makeSite(netbox(), { latitude: '51.5', region: child.id, facility: 'F1' });
    const second = await makeSite(netbox(), { status: 'planned', description: 'two' });
    const third = await makeSite(netbox(), { region: region.id });
    made = [first, second, third];
    mine = `name__ic=${netbox().tag}`;
  });

  const ids = (...indexes: number[]) => indexes.map((index) => made[index]!.id);

  it('pages with limit and offset and links to the pages beside', async () => {
    const page = await netbox().get(`${sites}?${mine}&ordering=id&limit=1&offset=1`);
    expect(page.count).toBe(3);
    expect(page.next).toBe(`${netbox().url}${sites}?limit=1&${mine}&offset=2&ordering=id`);
    expect(page.previous).toBe(`${netbox().url}${sites}?limit=1&${mine}&ordering=id`);
    expect((page.results as Thing[]).map((site) => site.id)).toEqual(ids(1));
  });

  it('caps a page at 1000, and takes limit=0 for that', async () => {
    for (const limit of ['0', '5000']) {
      const page = await netbox().get(`/api/core/object-types/?limit=${limit}`);
      expect(page.next).toBeNull();
    }
    const page = await netbox().get(`${sites}?${mine}&limit=nonsense&offset=-1`);
    expect(page.results).toHaveLength(3);
  });

  it('passes over a page beyond the end and a parameter it does not know', async () => {
    expect(await netbox().list(`${sites}?${mine}&offset=100`)).toEqual([]);
    expect(await netbox().ids(`${sites}?${mine}&no_such_filter=1&start=5&scope_type__empty=true`)).toEqual(
      ids(0, 1, 2),
    );
  });

  it('shows the fields asked for, or the brief form', async () => {
    const [one] = await netbox().list(`${sites}?id=${made[0]!.id}&fields=slug,id,nonsense`);
    expect(one).toEqual({ id: made[0]!.id, slug: made[0]!.slug });
    const [brief] = await netbox().list(`${sites}?id=${made[1]!.id}&brief=true`);
    expect(Object.keys(brief!)).toEqual(['id', 'url', 'display', 'name', 'slug', 'description']);
  });

  it('orders by a field, backwards with a minus', async () => {
    const order = async (by: string) => (await netbox().list(`${sites}?${mine}&ordering=${by}`)).map((site) => site.id);
    expect(await order('id')).toEqual(ids(0, 1, 2));
    expect(await order('-id')).toEqual(ids(2, 1, 0));
    expect(await order('-name')).toEqual(ids(2, 1, 0));
    expect(await order('nonsense')).toHaveLength(3);
  });

  it('pages by id: everything above the last one seen', async () => {
    expect(await netbox().ids(`${sites}?${mine}&id__gt=${made[0]!.id}&ordering=id&limit=1000`)).toEqual(ids(1, 2));
  });

  it('takes several values of one parameter as or, several parameters as and', async () => {
    const names = [0, 1].map((index) => `name=${encodeURIComponent(String(made[index]!.name))}`).join('&');
    expect(await netbox().ids(`${sites}?${names}`)).toEqual(ids(0, 1));
    expect(await netbox().ids(`${sites}?${names}&status=planned`)).toEqual(ids(1));
    expect(await netbox().ids(`${sites}?id=${made[0]!.id}&id=${made[2]!.id}`)).toEqual(ids(0, 2));
  });

  it.each<[string, number[]]>([
    ['name__n=nothing', [0, 1, 2]],
    ['description=two', [1]],
    ['description__empty=true', [0, 2]],
    ['description__empty=false', [1]],
    ['description__isw=TW', [1]],
    ['description__iew=WO', [1]],
    ['description__ie=TWO', [1]],
    ['description__nie=TWO', [0, 2]],
    ['description__nic=w', [0, 2]],
    ['description__regex=^t.o$', [1]],
    ['facility=F1', [0]],
    ['facility=', [0, 1, 2]],
    ['status=planned', [1]],
    ['status__n=planned', [0, 2]],
    ['latitude=51.5', [0]],
    ['latitude__gt=51', [0]],
    ['latitude__lte=51', []],
    ['latitude__empty=true', [1, 2]],
    ['region_id=null', [1]],
    ['tenant_id=null', [0, 1, 2]],
    ['created__gte=2020-01-01T00:00:00Z', [0, 1, 2]],
    ['last_updated__lt=2020-01-01', []],
    ['tag=null', [0, 1, 2]],
  ])('%s', async (filter, indexes) => {
    expect(await netbox().ids(`${sites}?${mine}&${filter}`)).toEqual(ids(...indexes));
  });

  it('finds by a region what lies in its subtree', async () => {
    const parent = (made[2]!.region as Thing).id;
    const child = (made[0]!.region as Thing).id;
    expect(await netbox().ids(`${sites}?region_id=${parent}`)).toEqual(ids(0, 2));
    expect(await netbox().ids(`${sites}?region_id=${child}`)).toEqual(ids(0));
    expect(await netbox().ids(`${sites}?${mine}&region_id__n=${parent}`)).toEqual(ids(1));
    const slug = String((made[2]!.region as Thing).slug);
    expect(await netbox().ids(`${sites}?region=${slug}`)).toEqual(ids(0, 2));
  });

  it.each([
    ['status=nonsense', { status: ['Select a valid choice. nonsense is not one of the available choices.'] }],
    ['region_id=999999999', { region_id: ['Select a valid choice. 999999999 is not one of the available choices.'] }],
    ['region_id=abc', { region_id: ['“abc” is not a valid value.'] }],
    ['tag=no-such-tag-here', { tag: ['Select a valid choice. no-such-tag-here is not one of the available choices.'] }],
    ['id=abc', { id: ['Enter a whole number.'] }],
    ['created__gte=nonsense', { created__gte: ['Enter a valid date/time.'] }],
  ])('%s is refused', async (filter, body) => {
    const reply = await netbox().send('GET', `${sites}?${filter}`);
    expect([reply.status, reply.body]).toEqual([400, body]);
  });

  it('finds by q what bears the text', async () => {
    expect(await netbox().ids(`${sites}?q=${netbox().tag}`)).toEqual(ids(0, 1, 2));
  });
});
