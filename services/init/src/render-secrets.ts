import { createHash, createHmac } from 'node:crypto';

/** What is made once and kept: the roots from which every file is rendered. */
export const ROOTS = [
  'postgres_superuser',
  'postgres_hydra',
  'postgres_diode_migrate',
  'postgres_diode',
  'redis',
  'hydra_system',
  'netbox_token',
  'webhook',
  'grafana',
  'netbox',
] as const;
export type Root = (typeof ROOTS)[number];

export interface Given {
  readonly netboxToken: string | null;
  readonly webhookSecret: string | null;
  readonly databaseUrl: string | null;
  readonly migrateDatabaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly hydraDatabaseUrl: string | null;
  readonly hydraPublicUrl: string;
}

/**
 * Connections Hydra may hold. A token request takes two, and when each of these is the first of a request, all wait for each other for ever
 * (facts: Hydra's pool). So more than requests can come at once: 12 from each nginx and 8 from each diode-auth, in HA 40 to the one Hydra left.
 */
export const HYDRA_MAX_CONNECTIONS = 60;

/**
 * Names nobody else has: where a container also joins another project's network (docker-compose.netbox.yaml), `postgres` and `redis` there
 * go before ours.
 */
const POSTGRES_HOST = 'diode-postgres:5432';
const REDIS_HOST = 'diode-redis:6379';

/** Every secret file by its path below the volumes: `reader/file` → content. Pure: the same roots give the same files. */
export function renderSecrets(roots: Readonly<Record<Root, string>>, given: Given): ReadonlyMap<string, string> {
  const postgres = (role: string, root: Root, database: string): string =>
    `postgres://${role}:${encodeURIComponent(roots[root])}@${POSTGRES_HOST}/${database}`;
  const databaseUrl = given.databaseUrl ?? postgres('diode', 'postgres_diode', 'diode');
  const migrateUrl =
    given.migrateDatabaseUrl ?? given.databaseUrl ?? postgres('diode_migrate', 'postgres_diode_migrate', 'diode');
  const redisUrl = given.redisUrl ?? `redis://diode:${roots.redis}@${REDIS_HOST}`;
  const madeToken = netboxToken(roots.netbox_token);
  return new Map([
    ['postgres/superuser_password', roots.postgres_superuser],
    ['postgres/hydra_password', roots.postgres_hydra],
    ['postgres/diode_migrate_password', roots.postgres_diode_migrate],
    ['postgres/diode_password', roots.postgres_diode],
    ['redis/redis.conf', redisConf(roots.redis)],
    ['hydra/hydra.json', hydraJson(roots, given)],
    // Hydra refuses an http issuer without it; with https, nginx ends TLS before Hydra.
    ['hydra/flags', given.hydraPublicUrl.startsWith('http://') ? '--dev' : ''],
    ['migrate/database_url', migrateUrl],
    ['auth/redis_url', redisUrl],
    ['ingester/database_url', databaseUrl],
    ['ingester/redis_url', redisUrl],
    ['ingester/webhook_secret', given.webhookSecret ?? roots.webhook],
    ['reconciler/database_url', databaseUrl],
    ['reconciler/redis_url', redisUrl],
    ['reconciler/netbox_token', given.netboxToken ?? madeToken],
    // The stand-in takes no token that opens a NetBox of yours. That of the profile netbox takes the one made here too.
    ['netbox-sim/netbox_token', madeToken],
    ['grafana/admin_password', roots.grafana],
    ...netboxFiles(roots.netbox, madeToken),
  ]);
}

/** A token of NetBox's version 1: 40 hexadecimal digits, which is all its column holds. */
function netboxToken(root: string): string {
  return createHash('sha256').update(root).digest('hex').slice(0, 40);
}

/** Profile netbox: the names its image looks for below /run/secrets, and what its database and its queue are given of them. */
function netboxFiles(root: string, token: string): [string, string][] {
  // 64 hexadecimal digits: the secret key wants 50 characters or more.
  const part = (name: string): string => createHmac('sha256', root).update(name).digest('hex');
  return [
    ['netbox/secret_key', part('secret_key')],
    ['netbox/db_password', part('db_password')],
    ['netbox/redis_password', part('redis_password')],
    ['netbox/redis_cache_password', part('redis_password')],
    ['netbox/superuser_password', part('superuser_password')],
    ['netbox/superuser_api_token', token],
    ['netbox-postgres/db_password', part('db_password')],
    ['netbox-redis/redis.conf', `requirepass ${part('redis_password')}\nappendonly yes\ndir /data\n`],
  ];
}

/** Redis carries keys only and may be wiped (I2), so nothing is saved. Nobody may do anything without the password but PING. */
function redisConf(password: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  return [
    'user default on nopass resetkeys resetchannels -@all +ping',
    `user diode on #${hash} ~diode:* &* +@all -@admin -@dangerous +info`,
    'save ""',
    'appendonly no',
    'maxmemory 256mb',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Laid over oauth2/hydra-config.yml. */
function hydraJson(roots: Readonly<Record<Root, string>>, given: Given): string {
  const own = `postgres://hydra:${encodeURIComponent(roots.postgres_hydra)}@${POSTGRES_HOST}/hydra?sslmode=disable`;
  const config = {
    dsn: withPool(given.hydraDatabaseUrl ?? own),
    secrets: { system: [roots.hydra_system] },
    urls: { self: { issuer: given.hydraPublicUrl } },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** The connection limit is part of the DSN; what the operator wrote stays. */
function withPool(dsn: string): string {
  if (/[?&]max_conns=/.test(dsn)) return dsn;
  return `${dsn}${dsn.includes('?') ? '&' : '?'}max_conns=${HYDRA_MAX_CONNECTIONS}`;
}
