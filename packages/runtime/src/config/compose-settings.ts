import { z } from 'zod';
import { port, secret, setting, text, url } from './setting.js';

const POSTGRES = ['postgres:', 'postgresql:'];

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
  postgresVersion: setting('POSTGRES_VERSION', text('17'), {
    doc: 'Tag of postgres; 15 or newer. Another major version cannot read the files of this one: docs/upgrading.md.',
    example: '17',
    active: true,
  }),
  redisVersion: setting('REDIS_VERSION', text('7-alpine'), { doc: 'Tag of redis.', example: '7-alpine', active: true }),
  publishHost: setting('DIODE_PUBLISH_HOST', text(null), {
    doc: 'Address on which 8080, 8443 and 4444 are published. Unset: all addresses; loopback when DIODE_DEMO is set.',
    example: '127.0.0.1',
  }),
  ingesterMetricsPort: setting('DIODE_INGESTER_METRICS_PORT', port(9091), {
    doc: 'Metrics of the ingester on loopback; DIODE_METRICS_PORT is the reconciler.',
    example: '9091',
  }),
  authMetricsPort: setting('DIODE_AUTH_METRICS_PORT', port(9092), {
    doc: 'Metrics of auth on loopback.',
    example: '9092',
  }),
  prometheusPort: setting('DIODE_PROMETHEUS_PORT', port(9099), {
    doc: 'Prometheus of the profile monitoring, on loopback.',
    example: '9099',
  }),
  grafanaPort: setting('DIODE_GRAFANA_PORT', port(3000), {
    doc: 'Grafana of the profile monitoring, on loopback.',
    example: '3000',
  }),
  netboxPort: setting('DIODE_NETBOX_PORT', port(8001), {
    doc: 'NetBox of the profile netbox, on loopback.',
    example: '8001',
  }),
  netboxVersion: setting('NETBOX_VERSION', text('v4.4-3.4.2'), {
    doc: 'Tag of netboxcommunity/netbox in the profile netbox.',
    example: 'v4.4-3.4.2',
  }),
  prometheusVersion: setting('PROMETHEUS_VERSION', text('v3.5.0'), {
    doc: 'Tag of prom/prometheus.',
    example: 'v3.5.0',
  }),
  prometheusRetention: setting('DIODE_PROMETHEUS_RETENTION', text('15d'), {
    doc: 'How long Prometheus keeps what it measured.',
    example: '15d',
  }),
  grafanaVersion: setting('GRAFANA_VERSION', text('12.1.0'), { doc: 'Tag of grafana/grafana.', example: '12.1.0' }),
  netboxDockerNetwork: setting('NETBOX_DOCKER_NETWORK', text('netbox-docker_default'), {
    doc: 'Network of an existing netbox-docker that docker-compose.netbox.yaml joins.',
    example: 'netbox-docker_default',
  }),
  tlsNames: setting('DIODE_TLS_NAMES', names('localhost'), {
    doc: 'Names and addresses the generated certificate is for, with commas. Your own goes into nginx/ssl.',
    example: 'diode.example.com,192.0.2.10',
  }),
  postgresDb: setting('POSTGRES_DB', text('hydra'), { doc: "Hydra's database.", example: 'hydra', active: true }),
  postgresUser: setting('POSTGRES_USER', text('hydra'), {
    doc: 'The account that owns it. These two are fixed in the shipped compose file.',
    example: 'hydra',
    active: true,
  }),
  postgresPassword: secret('POSTGRES_PASSWORD', {
    doc: 'Its password. Unset: made once and kept in a volume.',
    active: true,
  }),
  hydraDatabaseUrl: secret('HYDRA_DATABASE_URL', { doc: 'Where Hydra keeps its state. Unset: the database above.' }),
  migrateDatabaseUrl: {
    ...setting('DIODE_MIGRATE_DATABASE_URL', url(POSTGRES, null), {
      doc: 'The account that owns the schema, where DIODE_DATABASE_URL may only read and write rows. Unset: DIODE_DATABASE_URL.',
    }),
    secret: true,
  },
} as const;

/** A list with commas; never empty. */
function names(fallback: string): z.ZodType<readonly string[], string | undefined> {
  return z
    .string()
    .regex(/^[A-Za-z0-9*.:-]+(\s*,\s*[A-Za-z0-9*.:-]+)*$/, 'is a list of names and addresses with commas')
    .optional()
    .transform((value) => (value ?? fallback).split(',').map((name) => name.trim()));
}
