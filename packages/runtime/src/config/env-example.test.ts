import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMPOSE } from './compose-settings.js';
import { renderEnvExample } from './env-example.js';
import { readConfig } from './read-config.js';
import { SHARED } from './shared-settings.js';

const file = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');

describe('.env.example', () => {
  it('is what the settings say', () => {
    expect(file).toBe(renderEnvExample());
  });

  it('keeps every name the seed uses', () => {
    const seed = [
      'DIODE_VERSION',
      'HYDRA_VERSION',
      'POSTGRES_VERSION',
      'REDIS_VERSION',
      'POSTGRES_DB',
      'POSTGRES_USER',
      'POSTGRES_PASSWORD',
      'HYDRA_ADMIN_URL',
      'HYDRA_PUBLIC_URL',
      'HYDRA_DATABASE_URL',
      'DIODE_NETBOX_URL',
      'DIODE_LOG_LEVEL',
      'DIODE_SYNC_INTERVAL',
      'OAUTH2_CLIENT_ID',
      'OAUTH2_CLIENT_SECRET',
    ];
    for (const name of seed) expect(file).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
  });

  it('holds no secret and points at no NetBox', () => {
    for (const one of Object.values({ ...SHARED, ...COMPOSE })) {
      if (one.secret) expect(file).toMatch(new RegExp(`^(# )?${one.env}=$`, 'm'));
    }
    expect(file).toMatch(/^# DIODE_NETBOX_URL=/m);
  });

  it('changes nothing when it is copied as it is', () => {
    const env = Object.fromEntries(
      file
        .split('\n')
        .filter((line) => /^[A-Z]/.test(line))
        .map((line) => line.split('=', 2) as [string, string]),
    );
    expect(readConfig({ ...SHARED, ...COMPOSE }, env)).toEqual(readConfig({ ...SHARED, ...COMPOSE }, {}));
  });

  it('shows forms that would be accepted', () => {
    const env = Object.fromEntries([...file.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map((m) => [m[1]!, m[2]!]));
    delete env.NAME_FILE;
    expect(() => readConfig({ ...SHARED, ...COMPOSE }, env)).not.toThrow();
  });
});
