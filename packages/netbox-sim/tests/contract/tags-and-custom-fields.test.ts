import { beforeAll, expect, it } from 'vitest';
import { makeSite, named, sites } from './builders.js';
import { contract } from './contract.js';
import type { Json, Thing } from './netbox-under-test.js';

contract('tags', (netbox) => {
  const names = (thing: Thing) => (thing.tags as Thing[]).map((tag) => tag.slug).sort();
  const makeTag = (more: Record<string, Json> = {}) =>
    netbox().make('/api/extras/tags/', { ...named(netbox(), 'tag'), ...more });

  it('replaces the set, by id or attributes, and never makes one', async () => {
    const [a, b] = [await makeTag(), await makeTag()];
    const site = await makeSite(netbox(), { tags: [{ slug: a.slug! }, b.id] });
    expect(names(site)).toEqual([a.slug, b.slug].sort());
    expect(names(await netbox().patch(sites, site.id, { tags: [{ name: b.name! }] }))).toEqual([b.slug]);
    expect(await netbox().refused('PATCH', `${sites}${site.id}/`, { tags: ['nope'] })).toEqual({
      tags: [
        'Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: nope',
      ],
    });
    expect(
      await netbox().refused('PATCH', `${sites}${site.id}/`, { tags: [{ slug: 'nope' }, { slug: 'neither' }] }),
    ).toEqual({
      tags: ["Related object not found using the provided attributes: {'slug': 'nope'}"],
    });
    expect(names(await netbox().patch(sites, site.id, { description: 'tags stay' }))).toEqual([b.slug]);
    expect(names(await netbox().patch(sites, site.id, { tags: [] }))).toEqual([]);
  });

  it('finds what bears all the tags named', async () => {
    const [a, b] = [await makeTag(), await makeTag()];
    const both = await makeSite(netbox(), { tags: [a.id, b.id] });
    const one = await makeSite(netbox(), { tags: [a.id] });
    expect(await netbox().ids(`${sites}?tag=${a.slug}`)).toEqual([both.id, one.id].sort((x, y) => x - y));
    expect(await netbox().ids(`${sites}?tag=${a.slug}&tag=${b.slug}`)).toEqual([both.id]);
    expect(await netbox().ids(`${sites}?tag_id=${b.id}`)).toEqual([both.id]);
    expect(await netbox().get(`/api/extras/tags/${a.id}/`)).toMatchObject({ tagged_items: 2 });
    await netbox().send('DELETE', `/api/extras/tags/${a.id}/`);
    expect(names(await netbox().get(`${sites}${both.id}/`))).toEqual([b.slug]);
  });

  it('keeps a tag to its object types', async () => {
    const tag = await makeTag({ object_types: ['dcim.device'] });
    const site = await makeSite(netbox());
    expect(await netbox().refused('PATCH', `${sites}${site.id}/`, { tags: [tag.id] })).toEqual({
      detail: `Tag ${tag.name} cannot be assigned to site objects.`,
    });
  });
});

contract('custom fields', (netbox) => {
  let site: Thing;
  const field = (stem: string) => `${stem}_${netbox().tag}`;
  const declare = (stem: string, type: string, more: Record<string, Json> = {}) =>
    netbox().make('/api/extras/custom-fields/', { name: field(stem), type, object_types: ['dcim.site'], ...more });
  const custom = (thing: Thing, stem: string) => (thing.custom_fields as Record<string, Json>)[field(stem)];
  const put = (stem: string, value: Json) =>
    netbox().patch(sites, site.id, { custom_fields: { [field(stem)]: value } });
  const refuse = (stem: string, value: Json) =>
    netbox().refused('PATCH', `${sites}${site.id}/`, { custom_fields: { [field(stem)]: value } });

  beforeAll(async () => {
    site = await makeSite(netbox());
    const set = await netbox().make('/api/extras/custom-field-choice-sets/', {
      name: field('set'),
      extra_choices: [
        ['x', 'X'],
        ['y', 'Y'],
      ],
    });
    await declare('text', 'text');
    await declare('int', 'integer', { default: 7, validation_minimum: 1 });
    await declare('dec', 'decimal');
    await declare('bool', 'boolean');
    await declare('day', 'date');
    await declare('sel', 'select', { choice_set: { name: field('set') } });
    await declare('many', 'multiselect', { choice_set: set.id });
    await declare('obj', 'object', { related_object_type: 'dcim.site' });
    await declare('objs', 'multiobject', { related_object_type: 'dcim.site' });
    await declare('uniq', 'text', { unique: true, filter_logic: 'exact' });
  });

  it('appear on what there was, with their default, and on what is new', async () => {
    expect(custom(await netbox().get(`${sites}${site.id}/`), 'int')).toBe(7);
    const fresh = await makeSite(netbox());
    expect([custom(fresh, 'int'), custom(fresh, 'text')]).toEqual([7, null]);
    const partial = await makeSite(netbox(), { custom_fields: { [field('text')]: 'a' } });
    expect([custom(partial, 'int'), custom(partial, 'text')]).toEqual([7, 'a']);
  });

  it('are merged key by key; null clears, "" stays ""', async () => {
    await put('text', 't');
    const changed = await put('int', 9);
    expect([custom(changed, 'text'), custom(changed, 'int')]).toEqual(['t', 9]);
    expect(custom(await put('text', ''), 'text')).toBe('');
    expect(custom(await put('text', null), 'text')).toBeNull();
  });

  it('keep what was written: decimals as they came, choices bare, objects in brief', async () => {
    expect(custom(await put('dec', '1.50'), 'dec')).toBe('1.50');
    expect(custom(await put('sel', 'x'), 'sel')).toBe('x');
    expect(custom(await put('many', ['y', 'x']), 'many')).toEqual(['y', 'x']);
    expect(custom(await put('obj', { slug: site.slug! }), 'obj')).toMatchObject({ id: site.id, slug: site.slug });
    expect(custom(await put('objs', [site.id]), 'objs')).toMatchObject([{ id: site.id }]);
  });

  it.each<[string, Json, string]>([
    ['int', 'seven', 'Value must be an integer.'],
    ['int', 0, 'Value must be at least 1.0000'],
    ['text', 5, 'Value must be a string.'],
    ['dec', 'x', 'Value must be a decimal.'],
    ['bool', 'x', 'Value must be true or false.'],
    ['day', 'x', 'Date values must be in ISO 8601 format (YYYY-MM-DD).'],
  ])('refuse for %s the value %j', async (stem, value, words) => {
    expect(await refuse(stem, value)).toEqual({
      __all__: [`Invalid value for custom field '${field(stem)}': ${words}`],
    });
  });

  it('refuse a choice their set has not, and an object there is not', async () => {
    expect(await refuse('sel', 'z')).toEqual({
      __all__: [`Invalid value for custom field '${field('sel')}': Invalid choice (z) for choice set ${field('set')}.`],
    });
    expect(await refuse('obj', 999999999)).toEqual({
      custom_fields: ['Related object not found using the provided numeric ID: 999999999'],
    });
  });

  it('hold a unique value once', async () => {
    await put('uniq', 'u');
    const other = await makeSite(netbox());
    expect(
      await netbox().refused('PATCH', `${sites}${other.id}/`, { custom_fields: { [field('uniq')]: 'u' } }),
    ).toEqual({
      __all__: [`Custom field '${field('uniq')}' must have a unique value.`],
    });
    expect(await netbox().ids(`${sites}?cf_${field('uniq')}=u`)).toEqual([site.id]);
  });

  it('pass over a key that is not declared', async () => {
    expect(await netbox().patch(sites, site.id, { custom_fields: { nonsense: 1 } })).not.toHaveProperty(
      'custom_fields.nonsense',
    );
  });

  it('are found by cf_ and their name', async () => {
    await put('int', 8);
    await put('text', 'needle');
    expect(await netbox().ids(`${sites}?cf_${field('int')}=8`)).toEqual([site.id]);
    expect(await netbox().ids(`${sites}?cf_${field('int')}__gt=7`)).toEqual([site.id]);
    expect(await netbox().ids(`${sites}?cf_${field('text')}=eedl`)).toEqual([site.id]);
  });

  it.each<[Record<string, Json>, Json]>([
    [{ name: 'bad name', type: 'text' }, { name: ['Only alphanumeric characters and underscores are allowed.'] }],
    [{ name: 'a__b', type: 'text' }, { name: ['Double underscores are not permitted in custom field names.'] }],
    [{ name: 'ok', type: 'select' }, { choice_set: ['Selection fields must specify a set of choices.'] }],
    [{ name: 'ok', type: 'object' }, { related_object_type: ['Object fields must define an object type.'] }],
    [
      { name: 'ok', type: 'integer', default: 'x' },
      { default: ['Invalid default value "x": Value must be an integer.'] },
    ],
    [{ name: 'ok', type: 'nonsense' }, { type: ['nonsense is not a valid choice.'] }],
  ])('are refused when declared as %j', async (body, errors) => {
    expect(
      await netbox().refused('POST', '/api/extras/custom-fields/', { object_types: ['dcim.site'], ...body }),
    ).toEqual(errors);
  });
});
