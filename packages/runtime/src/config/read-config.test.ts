import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiodeError } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { readConfig, type Settings } from './read-config.js';
import { SHARED } from './shared-settings.js';

function mistakesOf(settings: Settings, env: Record<string, string>): readonly string[] {
  try {
    readConfig(settings, env);
  } catch (error) {
    if (error instanceof DiodeError && error.code === 'config_invalid') return error.errors.map((e) => e.detail);
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('gives the defaults of DESIGN when nothing is set, or set to nothing', () => {
    expect(readConfig(SHARED, { DIODE_PORT: '', DIODE_NETBOX_URL: '  ' })).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      tlsPort: 8443,
      metricsPort: null,
      issuerPort: 4444,
      issuerAdminPort: 4445,
      netboxSimPort: 8000,
      logLevel: 'info',
      mode: 'write',
      demo: false,
      syncIntervalSeconds: 300,
      netboxUrl: null,
      configDir: 'config',
      dataDir: null,
    });
  });

  it('reads what is set, in any case', () => {
    const env = {
      DIODE_PORT: '0',
      DIODE_MODE: 'Observe',
      DIODE_LOG_LEVEL: 'WARNING',
      DIODE_DEMO: 'yes',
      DIODE_NETBOX_URL: 'https://nb/x/',
    };
    const { port, mode, logLevel, demo, netboxUrl } = readConfig(SHARED, env);
    expect({ port, mode, logLevel, demo, netboxUrl }).toEqual({
      port: 0,
      mode: 'observe',
      logLevel: 'warn',
      demo: true,
      netboxUrl: 'https://nb/x',
    });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readConfig(SHARED, {}))).toBe(true);
  });

  it('reports all mistakes at once', () => {
    expect(
      mistakesOf(SHARED, {
        DIODE_PORT: '70000',
        DIODE_MODE: 'loud',
        DIODE_SYNC_INTERVAL: '5m',
        DIODE_NETBOX_URL: 'ftp://x',
      }),
    ).toEqual([
      'DIODE_PORT is a port from 0 to 65535, not "70000"',
      'DIODE_MODE is one of write, observe, not "loud"',
      'DIODE_SYNC_INTERVAL is a whole number from 10 to 86400, not "5m"',
      'DIODE_NETBOX_URL is a URL that starts with http:// or https://, not "ftp://x"',
    ]);
  });

  it('takes a list of proxies to trust, and tells what is none', () => {
    const trusted = (value: string) => readConfig(SHARED, { DIODE_TRUSTED_PROXIES: value }).trustedProxies;
    expect(trusted('')).toEqual([]);
    expect(trusted(' 10.0.0.5, 172.30.0.0/24,::1 ,')).toEqual(['10.0.0.5', '172.30.0.0/24', '::1']);
    expect(mistakesOf(SHARED, { DIODE_TRUSTED_PROXIES: '10.0.0.0/8,nginx' })).toEqual([
      'DIODE_TRUSTED_PROXIES is a list of addresses and networks (192.0.2.1, 10.0.0.0/8, ::1) separated by commas, not "10.0.0.0/8,nginx"',
    ]);
  });

  it('never shows a secret in a mistake', () => {
    expect(mistakesOf(SHARED, { DIODE_DATABASE_URL: 'mysql://u:hunter2@h/d' }).join()).not.toContain('hunter2');
    expect(mistakesOf(SHARED, { HYDRA_ADMIN_URL: 'x://u:hunter2@h' }).join()).not.toContain('hunter2');
  });
});

describe('NAME_FILE', () => {
  it('gives a secret from a file, without its last line break', () => {
    const folder = mkdtempSync(join(tmpdir(), 'diode-config-'));
    const file = join(folder, 'token');
    writeFileSync(file, ' a b \n');
    expect(readConfig(SHARED, { DIODE_NETBOX_TOKEN_FILE: file }).netboxToken).toBe(' a b ');
    rmSync(folder, { recursive: true });
  });

  it('is a mistake when it cannot be read, is empty, or the variable is set as well', () => {
    expect(mistakesOf(SHARED, { DIODE_NETBOX_TOKEN_FILE: '/nowhere/x' })).toEqual([
      'the file /nowhere/x of DIODE_NETBOX_TOKEN_FILE cannot be read (ENOENT)',
    ]);
    expect(mistakesOf(SHARED, { DIODE_NETBOX_TOKEN_FILE: '/dev/null' })).toEqual([
      'the file /dev/null of DIODE_NETBOX_TOKEN_FILE is empty',
    ]);
    expect(mistakesOf(SHARED, { DIODE_NETBOX_TOKEN_FILE: '/x', DIODE_NETBOX_TOKEN: 'y' })).toEqual([
      'DIODE_NETBOX_TOKEN and DIODE_NETBOX_TOKEN_FILE are both set; keep one',
    ]);
  });

  it('is only for secrets', () => {
    expect(readConfig(SHARED, { DIODE_PORT_FILE: '/nowhere' }).port).toBe(8080);
  });
});
