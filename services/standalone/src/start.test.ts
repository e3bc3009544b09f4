import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLifecycle, makeLogger, readConfig } from '@diode/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDALONE_SETTINGS } from './settings.js';
import { startStandalone } from './start.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-start-'));
});
afterEach(() => rm(dir, { recursive: true }));

function start(env: Readonly<Record<string, string>>): Promise<void> {
  const logger = makeLogger({ level: 'silent', service: 'diode', instanceId: 'test' });
  const config = readConfig(STANDALONE_SETTINGS, { DIODE_DATA_DIR: join(dir, 'data'), ...env });
  return startStandalone({ config, logger, life: makeLifecycle({ logger }), instanceId: 'test', env });
}

describe('the standalone does not start', () => {
  it.each(['0.0.0.0', '::', '10.1.2.3', 'diode.example.com', '127.evil.example.com'])(
    'in demo mode on %s, where others could use the published secrets',
    async (host) => {
      await expect(start({ DIODE_DEMO: '1', DIODE_HOST: host })).rejects.toMatchObject({
        code: 'config_invalid',
        errors: [{ pointer: '/env/DIODE_HOST' }],
      });
      expect(await readdir(dir)).toEqual([]);
    },
  );

  it('with a folder of policies that is not there, or a data directory that cannot be made', async () => {
    await expect(start({ DIODE_CONFIG_DIR: join(dir, 'confg') })).rejects.toMatchObject({
      code: 'config_invalid',
      errors: [{ pointer: '/env/DIODE_CONFIG_DIR' }],
    });
    await writeFile(join(dir, 'file'), '');
    await expect(start({ DIODE_DATA_DIR: join(dir, 'file') })).rejects.toMatchObject({
      code: 'config_invalid',
      errors: [{ pointer: '/env/DIODE_DATA_DIR' }],
    });
  });

  it('with a policy that has mistakes; nothing else was started', async () => {
    await mkdir(join(dir, 'config'));
    await writeFile(join(dir, 'config', 'ingester.yml'), 'foo: 1\n');
    await expect(start({ DIODE_CONFIG_DIR: join(dir, 'config') })).rejects.toMatchObject({
      code: 'policy_invalid',
      errors: [{ pointer: '/ingester.yml' }],
    });
    expect(await readdir(join(dir, 'data'))).toEqual([]);
  });
});
