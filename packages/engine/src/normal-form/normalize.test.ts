import { fieldOf, objectType } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize } from './normalize.js';
import { sameCustomValue, sameValue } from './same-value.js';
import { slugify } from './text.js';

const field = (path: string) => {
  const [app, model, name] = path.split('.') as [string, string, string];
  return fieldOf(objectType(`${app}.${model}`)!, name)!;
};
const value = (path: string, asserted: JsonValue): JsonValue | undefined => {
  const normalized = normalize(field(path), asserted);
  return normalized.kind === 'value' ? normalized.value : undefined;
};

describe('the form NetBox holds (facts §5)', () => {
  it.each<[string, string, JsonValue, JsonValue]>([
    ['trims text', 'dcim.device.serial', ' A 1 ', 'A 1'],
    ['takes numbers as their digits', 'dcim.device.serial', 12, '12'],
    ['clears text with ""', 'dcim.device.serial', null, ''],
    ['clears a nullable text with null', 'dcim.device.asset_tag', '  ', null],
    ['lower-cases a DNS name', 'ipam.ipaddress.dns_name', 'A.Example', 'a.example'],
    ['takes a choice without regard to case', 'dcim.device.status', 'Active', 'active'],
    ['takes a choice as NetBox shows it', 'dcim.device.status', { value: 'active', label: 'Active' }, 'active'],
    ['takes a number among choices', 'dcim.rack.width', '19', 19],
    ['clears a choice with null', 'dcim.device.face', '', null],
    ['reads numbers sent as text', 'dcim.interface.mtu', '9214', 9214],
    ['reads what a spreadsheet calls true', 'dcim.interface.enabled', 'TRUE', true],
    ['reads what a database calls false', 'dcim.interface.enabled', '0', false],
    ['rounds to the places NetBox keeps', 'dcim.site.latitude', 51.123456789, 51.123457],
    ['compares decimals as numbers', 'dcim.devicetype.u_height', '1.0', 1],
    ['adds the mask of a host', 'ipam.ipaddress.address', '10.0.0.1', '10.0.0.1/32'],
    ['knows ::10.0.0.1 from ::ffff:10.0.0.1', 'ipam.ipaddress.address', '::10.0.0.1', '::10.0.0.1/128'],
    ['writes six groups of nothing as Postgres does', 'ipam.ipaddress.address', '::1:2/128', '::0.1.0.2/128'],
    ['takes a backslash for what it is', 'dcim.device.local_context_data', { a: '\\u0000 🎉' }, { a: '\\u0000 🎉' }],
    ['takes the # off a colour', 'extras.tag.color', '#FF0000', 'ff0000'],
    ['takes an accent as part of its letter', 'dcim.site.name', 'Zu\u0308rich', 'Z\u00fcrich'],
    ['keeps the dots of an embedded IPv4', 'ipam.ipaddress.address', '::FFFF:a00:1', '::ffff:10.0.0.1/128'],
    ['compresses IPv6', 'ipam.ipaddress.address', '2001:DB8:0:0::1/64', '2001:db8::1/64'],
    ['writes a MAC address its way', 'dcim.macaddress.mac_address', '001c.7300.00aa', '00:1C:73:00:00:AA'],
    [
      'sorts ranges',
      'ipam.vlangroup.vid_ranges',
      [[200, 300], { start: 1, end: 9 }],
      [
        [1, 9],
        [200, 300],
      ],
    ],
    ['takes a prefix', 'ipam.prefix.prefix', '10.0.0.0/8', '10.0.0.0/8'],
    ['sorts texts, each once', 'extras.customfield.object_types', ['b', 'a', 'b'], ['a', 'b']],
  ])('%s', (_, path, asserted, expected) => {
    expect(value(path, asserted)).toEqual(expected);
  });

  it.each<[string, string, JsonValue]>([
    ['a choice NetBox does not have', 'dcim.device.status', 'up'],
    ['a status that is cleared', 'dcim.device.status', null],
    ['a number outside the range', 'ipam.vlan.vid', 4095],
    ['a fraction of a VLAN', 'ipam.vlan.vid', 1.5],
    ['a prefix with host bits', 'ipam.prefix.prefix', '10.0.0.1/8'],
    ['a prefix without its length', 'ipam.prefix.prefix', '10.0.0.0'],
    ['an octet of 256', 'ipam.ipaddress.address', '10.0.0.256'],
    ['a short address', 'ipam.ipaddress.address', '10.1'],
    ['text that is too long', 'dcim.device.serial', 'x'.repeat(51)],
    ['a name that is blank', 'dcim.site.name', ' '],
    ['a slug with a space', 'dcim.site.slug', 'a b'],
    ['half a character', 'dcim.site.name', 'a\ud800'],
    ['a NUL inside JSON', 'dcim.device.local_context_data', { a: ['b\u0000'] }],
    ['half a character inside JSON', 'dcim.device.local_context_data', { '\udc00': 1 }],
    ['a colour by name', 'extras.tag.color', 'red'],
    ['an object in place of text', 'dcim.device.serial', { a: 1 }],
  ])('refuses %s and says what to send', (_, path, asserted) => {
    const normalized = normalize(field(path), asserted);
    expect(normalized.kind).toBe('invalid');
    if (normalized.kind === 'invalid') expect(normalized.remedy).not.toBe('');
  });

  it('names the network a prefix with host bits is in', () => {
    expect(normalize(field('ipam.prefix.prefix'), '10.1.2.3/20')).toMatchObject({ remedy: 'Send 10.1.0.0/20.' });
    expect(normalize(field('ipam.prefix.prefix'), '2001:db8::1/33')).toMatchObject({ remedy: 'Send 2001:db8::/33.' });
  });

  it('lists the choices of a refusal', () => {
    expect(normalize(field('dcim.site.status'), 'up')).toMatchObject({
      remedy: 'Send one of: planned, staging, active, decommissioning, retired.',
    });
  });

  it('is a form that stays as it is, for any value of any field', () => {
    const fields = ['dcim.device', 'ipam.ipaddress', 'ipam.vlangroup', 'dcim.interface'].flatMap(
      (name) => objectType(name)!.fields,
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (one, asserted) => {
        const first = normalize(one, asserted as JsonValue);
        if (first.kind === 'value') expect(normalize(one, first.value)).toEqual(first);
      }),
    );
  });
});

describe('equality', () => {
  it('of custom fields counts numbers as numbers, moments as moments and lists without order', () => {
    expect(sameCustomValue('1.50', 1.5)).toBe(true);
    expect(sameCustomValue('2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00')).toBe(true);
    expect(sameCustomValue(['a', 'b'], ['b', 'a'])).toBe(true);
    expect(sameCustomValue('1', '1.0')).toBe(false);
    expect(sameCustomValue(null, '')).toBe(false);
  });

  it('of objects looks at own keys only', () => {
    expect(sameValue({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(sameValue({ constructor: 1 }, { a: 1 })).toBe(false);
  });
});

describe("NetBox's slug of a name", () => {
  it.each([
    ['DC1', 'dc1'],
    ['Test Site', 'test-site'],
    ['Zürich / Hälfte 2', 'zurich-halfte-2'],
    ['Catalyst 9300-48P (AC)', 'catalyst-9300-48p-ac'],
    ['__a  -- b__', 'a-b'],
    ['東京', 'u6771-4eac'],
  ])('%s → %s', (name, slug) => {
    expect(slugify(name)).toBe(slug);
  });
});
