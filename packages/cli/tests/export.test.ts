import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestNetbox, type TestNetbox } from '@diode/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../src/run.js';
import { collectStream } from './support/collect-output.js';
import { fillNetbox } from './support/fill-netbox.js';

let netbox: TestNetbox;
let dir: string;

beforeAll(async () => {
  netbox = await startTestNetbox();
  await fillNetbox(netbox);
});
afterAll(() => netbox.close());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode export '));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function diode(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [collectStream(), collectStream()];
  const io = { stdout: stdout.stream, stderr: stderr.stream };
  let code = -1;
  await run(args, {
    env: { DIODE_NETBOX_URL: netbox.url, DIODE_NETBOX_TOKEN: netbox.token, ...env },
    cwd: dir,
    checkout: dir,
    stdin: process.stdin,
    ...io,
    exit: (given) => {
      code = given;
    },
    onInterrupt: () => new AbortController().signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

const entities = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { object_type: string; data: Record<string, unknown> });

describe('export', () => {
  it('describes what an object refers to by what that is known by', async () => {
    const { code, stdout, stderr } = await diode(['export', 'devices', 'ip-addresses']);
    expect(code, stderr).toBe(0);
    const [first, , address, late] = entities(stdout);
    const site = { name: 'DC1' };
    const edge = { name: 'EDGE-1', site };
    expect(first).toEqual({
      object_type: 'dcim.device',
      data: {
        name: 'EDGE-1',
        site,
        device_type: { manufacturer: { name: 'Arista' }, model: '7050' },
        role: { name: 'Leaf' },
        serial: '007',
        status: 'planned',
        comments: 'two\nlines, "quoted"',
        tags: ['a, b', 'Blue'],
        custom_fields: { owner: '[net]', ports: 48, colours: ['red', 'green'] },
      },
    });
    expect(address?.data).toEqual({
      address: '192.0.2.1/24',
      status: 'active',
      vrf: { name: 'Cust', rd: '65000:1' },
      assigned_object: { interface: { device: edge, name: 'Ethernet1' } },
    });
    expect(late?.data).toMatchObject({
      name: 'EDGE-1',
      site,
      primary_ip4: { address: '192.0.2.1/24', vrf: { name: 'Cust', rd: '65000:1' } },
    });
    expect(stderr).toMatch(/^3 objects of 2 collections\n$/m);
  });

  it('says what it cannot carry to another NetBox', async () => {
    const { stderr } = await diode(['export', 'sites']);
    expect(stderr).toContain('left out of 1: sites: custom_fields.twin: points at objects by their ids');
  });

  it('writes a table a collection, in one file more what points back', async () => {
    const { code, stdout } = await diode(['export', '--format', 'csv', '--out', join(dir, 'out')]);
    expect(code).toBe(0);
    expect(stdout).toContain(`collections in ${join(dir, 'out')}`);
    const names = readdirSync(join(dir, 'out'));
    expect(names).toEqual(
      expect.arrayContaining(['devices.csv', 'devices.late.csv', 'interfaces.csv', 'vlan-groups.csv']),
    );
    expect(names.filter((name) => !name.endsWith('.csv'))).toEqual([]);
    const table = readFileSync(join(dir, 'out', 'devices.csv'), 'utf8');
    expect(table).toMatch(/^name,device_type\.manufacturer\.name,device_type\.model,role\.name,tenant\.group\.name,/);
    expect(table).toMatch(/,location\.parent\.site\.name,.*,tags,cf_colours,cf_owner,cf_ports\n/);
    expect(table).toMatch(
      /\nEDGE-1,Arista,7050,Leaf,,,007,DC1,+planned,"two\nlines, ""quoted""","\[""a, b"",""Blue""\]",/,
    );
    expect(table).toContain('"[""red"",""green""]","""[net]""",48\n');
    expect(readFileSync(join(dir, 'out', 'vlan-groups.csv'), 'utf8')).toContain('"[[1,99],[200,299]]"');
  });

  it('writes one list as JSON, whole objects into one table, and reads past a NetBox that stumbles', async () => {
    const end = netbox.control.fault({ kind: 'status', status: 503, times: 2, retryAfter: '0' });
    const path = join(dir, 'all.json');
    const json = await diode(['export', 'sites', '--out', path]);
    end();
    expect(json.code, json.stderr).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject([{ object_type: 'dcim.site', data: { name: 'DC1' } }]);
    const table = await diode(['export', 'interfaces', '--format', 'csv']);
    expect(table.stdout).toContain('primary_mac_address');
  });

  it('exits 2 for a collection there is none of, 78 without a NetBox, 3 for a token it does not take', async () => {
    expect(await diode(['export', 'gadgets'])).toMatchObject({ code: 2, stderr: expect.stringContaining('devices') });
    expect((await diode(['export', '--format', 'csv'])).code).toBe(2);
    const nowhere = await diode(['export'], { DIODE_NETBOX_URL: '' });
    expect(nowhere).toMatchObject({ code: 78, stderr: expect.stringContaining('DIODE_NETBOX_URL') });
    const wrong = await diode(['export', 'sites', '--out', join(dir, 'x.ndjson')], { DIODE_NETBOX_TOKEN: 'wrong' });
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('token') });
    expect(readdirSync(dir)).toEqual([]);
  });
});
