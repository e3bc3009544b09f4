import { readdirSync, readFileSync } from 'node:fs';
import { fromJson, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { decodeIngest, entitiesOf, refusalOf, requestHash, type WireRequest, wireRegistry } from '../index.js';

const FOLDER = new URL('../../tests/fixtures/wire/', import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.binpb'));

function read(name: string): WireRequest {
  const decoded = decodeIngest(readFileSync(new URL(name, FOLDER)));
  if (decoded.kind !== 'ok') throw new Error(decoded.detail);
  return decoded.request;
}

describe('requests recorded from the official SDKs', () => {
  it.each(names)('%s is acceptable, and reads as it always did', (name) => {
    const request = read(name);
    expect(refusalOf(request)).toBeNull();
    expect(entitiesOf(request)).toMatchSnapshot();
  });

  it.each(names)('%s has the hash of the same request written by another encoder', (name) => {
    const desc = wireRegistry().getMessage('diode.v1.IngestRequest')!;
    const json = JSON.parse(readFileSync(new URL(name.replace('.binpb', '.json'), FOLDER), 'utf8'));
    const again = decodeIngest(toBinary(desc, fromJson(desc, json)));
    expect(again.kind === 'ok' && entitiesOf(again.request)).toEqual(entitiesOf(read(name)));
    expect(again.kind === 'ok' && requestHash(again.request)).toBe(requestHash(read(name)));
  });

  it('read clears as null, and choices of presence as they were sent', () => {
    const [device, port, address] = entitiesOf(read('py-clear-by-explicit-empty.binpb'));
    expect(device).toMatchObject({
      data: { tenant: null, serial: '', rack: null, position: 0, custom_fields: { tier: null } },
    });
    expect(port).toMatchObject({ data: { lag: null, enabled: false, untagged_vlan: null } });
    expect(address).toMatchObject({ data: { vrf: null, assigned_object: null, dns_name: '' } });
  });
});
