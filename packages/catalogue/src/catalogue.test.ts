import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { byCollection, fieldOf, OBJECT_TYPES, objectType } from './index.js';
import type { FieldRow, ObjectTypeRow } from './object-type.js';

interface NetboxField {
  readonly cls: string;
  readonly required?: boolean;
  readonly null?: boolean;
  readonly blank?: boolean;
  readonly max_length?: string;
  readonly choices?: readonly (string | number)[];
  readonly nested?: string;
  readonly rel?: string;
}
interface NetboxType {
  readonly path: string;
  readonly fields: Readonly<Record<string, NetboxField>>;
  readonly unique_fields: readonly string[];
  readonly generic: readonly { readonly name: string; readonly ct: string; readonly fk: string }[];
}
type Netbox = Readonly<Record<'4.4.10' | '4.6.8', Readonly<Record<string, NetboxType>>>>;

const netbox = JSON.parse(readFileSync(new URL('../data/netbox-models.json', import.meta.url), 'utf8')) as Netbox;

/** Writable in NetBox, and not written by Diode, with the reason. */
const NOT_COVERED: Readonly<Record<string, string>> = {
  owner: 'new in NetBox 4.5, and owners are users, which Diode does not write',
  'dcim.site.asns': 'ASNs are not in the catalogue yet',
  'dcim.rack.rack_type': 'rack types are not in the catalogue yet',
  'dcim.rack.group': 'rack groups are new in NetBox 4.6',
  'dcim.devicetype.front_image': 'images are not JSON',
  'dcim.devicetype.rear_image': 'images are not JSON',
  config_template: 'templates are outside inventory (DESIGN: forbidden until allowed)',
  'dcim.device.cluster': 'clusters are not in the catalogue yet',
  'dcim.device.virtual_chassis': 'virtual chassis are not in the catalogue yet',
  'dcim.interface.vdcs': 'virtual device contexts are not in the catalogue yet',
  'dcim.interface.module': 'modules are not in the catalogue yet',
  'dcim.interface.vlan_translation_policy': 'VLAN translation policies are not in the catalogue yet',
  'dcim.interface.wireless_lans': 'wireless LANs are not in the catalogue yet',
  'dcim.manufacturer.comments': 'new after NetBox 4.4, which drops it without a word',
  'dcim.rackrole.comments': 'new after NetBox 4.4, which drops it without a word',
  'ipam.role.comments': 'new after NetBox 4.4, which drops it without a word',
  'ipam.vlangroup.comments': 'new after NetBox 4.4, which drops it without a word',
  'extras.customfield.validation_schema': 'new after NetBox 4.4, which drops it without a word',
  'extras.customfieldchoiceset.choice_colors': 'new after NetBox 4.4, which drops it without a word',
};

const pairs = OBJECT_TYPES.map((row) => [row.name, row] as const);
const of = (row: ObjectTypeRow): NetboxType => netbox['4.4.10'][row.name]!;
const genericParts = (type: NetboxType): ReadonlySet<string> =>
  new Set(type.generic.flatMap((one) => [one.ct, one.fk]));

describe.each(pairs)('%s', (_, row) => {
  it("stands at NetBox's own endpoint", () => {
    expect(`/api/${row.endpoint}/`).toBe(of(row).path);
    expect(row.endpoint.endsWith(`/${row.collection}`)).toBe(true);
  });

  it('covers every writable field, or the reason is given', () => {
    const uncovered = new Set<string>();
    for (const version of ['4.4.10', '4.6.8'] as const) {
      const type = netbox[version][row.name]!;
      for (const name of Object.keys(type.fields)) {
        if (fieldOf(row, name) === undefined && !genericParts(type).has(name)) uncovered.add(name);
      }
    }
    const unexplained = [...uncovered].filter(
      (name) => (NOT_COVERED[name] ?? NOT_COVERED[`${row.name}.${name}`]) === undefined,
    );
    expect(unexplained).toEqual([]);
  });

  it('has no field NetBox 4.4 does not have', () => {
    const type = of(row);
    const generic = new Set(type.generic.map((one) => one.name));
    expect(row.fields.filter(({ name }) => type.fields[name] === undefined && !generic.has(name))).toEqual([]);
  });

  it('demands what NetBox demands, and takes null where NetBox takes it', () => {
    for (const field of row.fields) {
      const theirs = of(row).fields[field.name];
      if (theirs === undefined) continue;
      expect([field.name, field.required ?? false]).toEqual([field.name, theirs.required ?? false]);
      if (['tags', 'custom_fields', 'references', 'texts'].includes(field.kind)) continue;
      const mayClear = theirs.null === true || (theirs.cls === 'ChoiceField' && isEmptiable(row, field));
      expect([field.name, field.nullable ?? false]).toEqual([field.name, mayClear]);
    }
  });

  it("knows NetBox's choices of both versions and the length of text", () => {
    for (const field of row.fields) {
      const theirs = of(row).fields[field.name];
      const newer = netbox['4.6.8'][row.name]!.fields[field.name];
      if (theirs?.choices !== undefined) {
        expect(new Set(field.choices)).toEqual(new Set([...theirs.choices, ...(newer?.choices ?? [])]));
      }
      if (field.kind === 'text' && theirs?.max_length !== undefined)
        expect(field.maxLength).toBe(Number(theirs.max_length));
    }
  });

  it('refers to types of the catalogue, as NetBox does', () => {
    for (const field of row.fields) {
      if (field.to === undefined || field.kind === 'tags') continue;
      expect(field.to.every((name) => objectType(name) !== undefined)).toBe(true);
      const theirs = of(row).fields[field.name];
      const target = theirs?.nested ?? theirs?.rel;
      if (target !== undefined) expect(field.to).toEqual([target.toLowerCase()]);
    }
  });

  it('is known by fields it has, a strong matcher for each field NetBox holds unique', () => {
    const names = new Set(row.fields.map((field) => field.name));
    const matchers = [...row.matchers, ...(row.indexes ?? [])];
    for (const matcher of matchers) expect(matcher.fields.filter((name) => !names.has(name))).toEqual([]);
    const pointsBack = (name: string): boolean => fieldOf(row, name)?.late === true;
    for (const name of of(row).unique_fields) {
      if (pointsBack(name)) continue;
      expect(row.matchers.some((one) => one.unique && one.fields.join() === name)).toBe(true);
    }
    expect(names.has(row.labelField)).toBe(true);
    expect(row.containment.filter((name) => !names.has(name))).toEqual([]);
  });
});

/** NetBox 4.6 calls a few choices nullable that 4.4 calls blank; both are cleared alike (facts: §5.2). */
function isEmptiable(row: ObjectTypeRow, field: FieldRow): boolean {
  const fields = [netbox['4.4.10'], netbox['4.6.8']].map((version) => version[row.name]!.fields[field.name]);
  return fields.some((one) => one?.blank === true || one?.null === true);
}

describe('looking types up', () => {
  it('takes hyphens, underscores and the singular', () => {
    const names = ['ip-addresses', 'ip_addresses', 'ip_address', 'ipaddress', 'IP-Addresses'];
    expect(names.map((name) => byCollection(name)?.name)).toEqual(names.map(() => 'ipam.ipaddress'));
    expect(byCollection('prefix')?.name).toBe('ipam.prefix');
    expect(byCollection('device_roles')?.name).toBe('dcim.devicerole');
    expect(byCollection('cables')).toBeUndefined();
    expect(objectType('dcim.cable')).toBeUndefined();
  });

  it('has one row for each name and collection', () => {
    expect(new Set(OBJECT_TYPES.map((row) => row.name)).size).toBe(OBJECT_TYPES.length);
    expect(new Set(OBJECT_TYPES.map((row) => row.collection)).size).toBe(OBJECT_TYPES.length);
  });
});
