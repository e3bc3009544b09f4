import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWithPackages } from '../tools/python.js';
import { runCommand } from '../tools/run-command.js';
import { endStandalone, startStandalone, type TestStandalone } from '../tools/standalone.js';

let diode: TestStandalone;
let python: string;

beforeAll(async () => {
  python = await pythonWithPackages();
  diode = await startStandalone();
}, 400_000);

afterAll(async () => {
  await endStandalone(diode);
});

async function first(path: string): Promise<Record<string, unknown> | null> {
  const { body } = await diode.netbox('GET', path);
  return (body.results as Record<string, unknown>[])[0] ?? null;
}

describe('the official Python SDK', () => {
  it.each(['/diode', '/', '/any/prefix/'])(
    'lands device, interface, address and prefix through grpc://…%s',
    async (prefix) => {
      const target = `${diode.url.replace(/^http/, 'grpc')}${prefix}`;
      const run = await runCommand(python, [
        'tests/fixtures/sdk_client.py',
        target,
        diode.clientId,
        diode.clientSecret,
      ]);
      expect(run.stderr).toBe('');
      expect(run.stdout).toContain('errors: []');
      const device = await until(() => first('/api/dcim/devices/?name=sdk-sw-1'), {
        timeoutMs: 20_000,
        message: 'the device is in NetBox',
      });
      // Typed messages are never renamed by the shipped policy.
      expect(device).toMatchObject({ name: 'sdk-sw-1', serial: 'SDK-0001', device_type: { model: 'QFX5120' } });
      const address = await until(() => first('/api/ipam/ip-addresses/?address=192.0.2.10/24'), {
        timeoutMs: 20_000,
        message: 'the address is in NetBox',
      });
      await until(async () => (await first('/api/ipam/ip-addresses/?address=192.0.2.10/24'))?.assigned_object, {
        timeoutMs: 20_000,
        message: 'the address is on its interface',
      });
      expect(address).toMatchObject({ status: { value: 'active' } });
      const prefixFound = await until(() => first('/api/ipam/prefixes/?prefix=192.0.2.0/24'), {
        timeoutMs: 20_000,
        message: 'the prefix is in NetBox',
      });
      expect(prefixFound).toMatchObject({ scope_type: 'dcim.site' });
      for (const path of [
        '/api/dcim/devices/?name=sdk-sw-1',
        '/api/ipam/prefixes/?prefix=192.0.2.0/24',
        '/api/dcim/sites/?name=SDK%20Site',
      ]) {
        expect((await diode.netbox('GET', path)).body.count, path).toBe(1);
      }
    },
  );
});
