import { describe, expect, it } from 'vitest';
import { type Given, ROOTS, type Root, renderSecrets } from './render-secrets.js';

const roots = Object.fromEntries(ROOTS.map((root) => [root, `secret-of-${root}`])) as Record<Root, string>;
const nothing: Given = {
  netboxToken: null,
  webhookSecret: null,
  databaseUrl: null,
  migrateDatabaseUrl: null,
  redisUrl: null,
  hydraDatabaseUrl: null,
  hydraPublicUrl: 'http://localhost:4444',
};
const hydra = (files: ReadonlyMap<string, string>): unknown => JSON.parse(files.get('hydra/hydra.json') ?? '');

describe('what each reader is given', () => {
  it('is nothing of another reader: services have no role that makes or migrates', () => {
    const files = renderSecrets(roots, nothing);
    for (const [path, content] of files) {
      if (path.startsWith('ingester/') || path.startsWith('reconciler/') || path.startsWith('auth/')) {
        expect(content, path).not.toMatch(/diode_migrate|superuser|hydra/);
      }
    }
    expect(files.get('ingester/database_url')).toBe(
      'postgres://diode:secret-of-postgres_diode@diode-postgres:5432/diode',
    );
    expect([...files.keys()].filter((path) => path.startsWith('auth/'))).toEqual(['auth/redis_url']);
  });

  it('keeps a real NetBox token from the stand-in', () => {
    const files = renderSecrets(roots, { ...nothing, netboxToken: 'real' });
    expect(files.get('reconciler/netbox_token')).toBe('real');
    expect(files.get('netbox-sim/netbox_token')).not.toBe('real');
    expect(files.get('netbox/superuser_api_token')).not.toBe('real');
  });

  it('gives the NetBox of the profile the token that the reconciler sends, in the form NetBox 4.4 stores', () => {
    const files = renderSecrets(roots, nothing);
    const token = files.get('reconciler/netbox_token');
    expect(token).toMatch(/^[0-9a-f]{40}$/);
    expect(files.get('netbox/superuser_api_token')).toBe(token);
    expect(files.get('netbox-sim/netbox_token')).toBe(token);
    expect(files.get('netbox/secret_key')?.length).toBeGreaterThanOrEqual(50);
    expect(files.get('netbox-postgres/db_password')).toBe(files.get('netbox/db_password'));
    expect(files.get('netbox-redis/redis.conf')).toContain(`requirepass ${files.get('netbox/redis_password')}\n`);
  });

  it('never writes the password of Redis where Redis reads it', () => {
    const conf = renderSecrets(roots, nothing).get('redis/redis.conf');
    expect(conf).not.toContain('secret-of-redis');
    expect(conf).toMatch(/^user diode on #[0-9a-f]{64} ~diode:\* /m);
  });

  it('takes over databases of your own, the migrating role too', () => {
    const files = renderSecrets(roots, {
      ...nothing,
      databaseUrl: 'postgres://a:b@db/diode',
      redisUrl: 'redis://r',
      hydraDatabaseUrl: 'postgres://h:p@db/hydra?sslmode=require',
    });
    expect(files.get('migrate/database_url')).toBe('postgres://a:b@db/diode');
    expect(files.get('auth/redis_url')).toBe('redis://r');
    expect(hydra(files)).toMatchObject({ dsn: 'postgres://h:p@db/hydra?sslmode=require&max_conns=60' });
  });

  it("gives Hydra room for parallel tokens, and leaves what the operator's DSN says", () => {
    expect(hydra(renderSecrets(roots, nothing))).toMatchObject({
      dsn: 'postgres://hydra:secret-of-postgres_hydra@diode-postgres:5432/hydra?sslmode=disable&max_conns=60',
      urls: { self: { issuer: 'http://localhost:4444' } },
    });
    const own = { ...nothing, hydraDatabaseUrl: 'postgres://h:p@db/hydra?max_conns=50' };
    expect(hydra(renderSecrets(roots, own))).toMatchObject({ dsn: 'postgres://h:p@db/hydra?max_conns=50' });
  });

  it('switches the development mode of Hydra on for an http issuer only', () => {
    expect(renderSecrets(roots, nothing).get('hydra/flags')).toBe('--dev');
    expect(renderSecrets(roots, { ...nothing, hydraPublicUrl: 'https://auth.example.org' }).get('hydra/flags')).toBe(
      '',
    );
  });
});
