import { secret, setting, text } from './setting.js';

/** What only docker compose reads: which images to take, and the accounts of the databases it starts. */
export const COMPOSE = {
  diodeVersion: setting('DIODE_VERSION', text('latest'), {
    doc: 'Tag of the Diode images.',
    example: 'latest',
    active: true,
  }),
  hydraVersion: setting('HYDRA_VERSION', text('v2.3.0'), {
    doc: 'Tag of oryd/hydra.',
    example: 'v2.3.0',
    active: true,
  }),
  postgresVersion: setting('POSTGRES_VERSION', text('15'), {
    doc: 'Tag of postgres; 15 or newer.',
    example: '15',
    active: true,
  }),
  redisVersion: setting('REDIS_VERSION', text('7-alpine'), { doc: 'Tag of redis.', example: '7-alpine', active: true }),
  postgresDb: setting('POSTGRES_DB', text('hydra'), { doc: "Hydra's database.", example: 'hydra', active: true }),
  postgresUser: setting('POSTGRES_USER', text('hydra'), {
    doc: 'The account that owns it.',
    example: 'hydra',
    active: true,
  }),
  postgresPassword: secret('POSTGRES_PASSWORD', {
    doc: 'Its password. Unset: made once and kept in a volume.',
    active: true,
  }),
  hydraDatabaseUrl: secret('HYDRA_DATABASE_URL', { doc: 'Where Hydra keeps its state. Unset: the database above.' }),
} as const;
