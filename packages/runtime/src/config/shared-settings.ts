import { flag, logLevel, networks, oneOf, port, secret, setting, text, url, whole } from './setting.js';

const HTTP = ['http:', 'https:'];
const POSTGRES = ['postgres:', 'postgresql:'];
const REDIS = ['redis:', 'rediss:'];

/**
 * Every variable more than one process reads (DESIGN "Names everyone relies on"). A service picks what it needs:
 * `readConfig({ host: SHARED.host, port: SHARED.port, ... }, process.env)`.
 */
export const SHARED = {
  host: setting('DIODE_HOST', text('127.0.0.1'), {
    doc: 'Address the listeners bind. Container images set 0.0.0.0.',
    example: '127.0.0.1',
  }),
  port: setting('DIODE_PORT', port(8080), {
    doc: 'Public port: HTTP/1.1 and gRPC (h2c) on one socket. 0 means any free port.',
    example: '8080',
  }),
  tlsPort: setting('DIODE_TLS_PORT', port(8443), {
    doc: 'Public port with TLS, of nginx in compose; the standalone has none.',
    example: '8443',
  }),
  trustedProxies: setting('DIODE_TRUSTED_PROXIES', networks(), {
    doc: 'Proxies in front of Diode whose X-Forwarded-For is believed: addresses and networks, separated by commas. Unset: none.',
    example: '10.0.0.5,172.30.0.0/24',
  }),
  metricsPort: setting('DIODE_METRICS_PORT', port(null), {
    doc: 'Prometheus metrics and probes, one listener a process; keep it inside. Unset: `metrics.port` of the configuration, 9090.',
    example: '9090',
  }),
  logLevel: setting('DIODE_LOG_LEVEL', logLevel('info'), {
    doc: 'trace, debug, info, warn, error, fatal or silent, in any case.',
    example: 'INFO',
    active: true,
  }),
  instanceId: setting('DIODE_INSTANCE_ID', text(null), {
    doc: 'Name of this process in logs, metrics and leases. Unset: made up at start.',
  }),
  drainSeconds: setting('DIODE_DRAIN_SECONDS', whole({ fallback: 0, min: 0, max: 60 }), {
    doc: 'Seconds a stopping service still takes what comes, and ends each connection with its answer, so that a proxy moves on. Behind one: 3.',
    example: '3',
  }),
  mode: setting('DIODE_MODE', oneOf(['write', 'observe'], 'write'), {
    doc: 'write: changes NetBox. observe: plans and gives receipts, writes nothing.',
    example: 'write',
  }),
  demo: setting('DIODE_DEMO', flag(false), {
    doc: '1 uses the published demo clients and secrets; binds loopback only (in Compose as soon as it is set at all). Never where others can reach it.',
    example: '1',
  }),
  dataDir: setting('DIODE_DATA_DIR', text(null), {
    doc: 'State of standalone. Unset: .diode/ in the checkout.',
    example: '.diode',
  }),
  configDir: setting('DIODE_CONFIG_DIR', text('config'), { doc: 'Policies and service settings.', example: 'config' }),
  syncIntervalSeconds: setting('DIODE_SYNC_INTERVAL', whole({ fallback: 300, min: 10, max: 86_400 }), {
    doc: 'Seconds between drift runs. Read and checked; drift runs are not part of this version yet.',
    example: '300',
    active: true,
  }),
  netboxUrl: setting('DIODE_NETBOX_URL', url(HTTP, null), {
    doc: 'Your NetBox. Unset: the stand-in.',
    example: 'https://netbox.example.com',
  }),
  netboxToken: secret('DIODE_NETBOX_TOKEN', { doc: 'NetBox API token; its user needs to write what Diode manages.' }),
  netboxCaFile: setting('DIODE_NETBOX_CA_FILE', text(null), { doc: 'PEM file with the CA that signed NetBox.' }),
  netboxSimPort: setting('DIODE_NETBOX_SIM_PORT', port(8000), { doc: 'Port of the NetBox stand-in.', example: '8000' }),
  databaseUrl: {
    ...setting('DIODE_DATABASE_URL', url(POSTGRES, null), {
      doc: 'Postgres 15 or newer: postgres://USER:PASSWORD@HOST:5432/diode. Unset in standalone: an embedded one.',
    }),
    secret: true,
  },
  backupBeforeMigrate: setting('DIODE_BACKUP_BEFORE_MIGRATE', flag(false), {
    doc: '1: diode-migrate dumps the database into DIODE_BACKUP_DIR before it changes anything, or changes nothing.',
    example: '0',
  }),
  backupDir: setting('DIODE_BACKUP_DIR', text(null), {
    doc: 'Where diode-migrate puts such dumps.',
    example: '/backups',
  }),
  redisUrl: {
    ...setting('DIODE_REDIS_URL', url(REDIS, null), {
      doc: 'Redis 6.2 or newer or Valkey: redis://:PASSWORD@HOST:6379. Unset in standalone: an embedded one.',
    }),
    secret: true,
  },
  openapiFile: setting('DIODE_OPENAPI_FILE', text(null), {
    doc: 'The API of all services as one document (npm run build:openapi), which the reconciler serves. Unset: not served.',
    example: 'dist/openapi.json',
  }),
  jwksUrl: setting('DIODE_JWKS_URL', url(HTTP, null), {
    doc: 'Keys of the issuer. Unset: <issuer>/.well-known/jwks.json.',
  }),
  webhookSecret: secret('DIODE_WEBHOOK_SECRET', {
    doc: "Secret of NetBox's webhooks (X-Hook-Signature). Unset: webhooks need a token.",
  }),
  issuerPort: setting('DIODE_ISSUER_PORT', port(4444), { doc: 'Token issuer of standalone, public.', example: '4444' }),
  issuerAdminPort: setting('DIODE_ISSUER_ADMIN_PORT', port(4445), {
    doc: 'Token issuer of standalone, admin; loopback only.',
    example: '4445',
  }),
  hydraPublicUrl: setting('HYDRA_PUBLIC_URL', url(HTTP, 'http://localhost:4444'), {
    doc: 'Token issuer, public. It is also the issuer named in tokens.',
    example: 'http://localhost:4444',
  }),
  hydraAdminUrl: setting('HYDRA_ADMIN_URL', url(HTTP, 'http://localhost:4445'), {
    doc: 'Token issuer, admin.',
    example: 'http://localhost:4445',
  }),
  authUrl: setting('DIODE_AUTH_URL', url(HTTP, null), {
    doc: "Where diode-auth answers, for services that cannot reach the issuer's admin API.",
    example: 'http://diode-auth',
  }),
  oauth2ClientId: setting('OAUTH2_CLIENT_ID', text('diode-client'), {
    doc: 'The client the examples and the CLI use.',
    example: 'diode-client',
    active: true,
  }),
  oauth2ClientSecret: secret('OAUTH2_CLIENT_SECRET', {
    doc: 'Its secret. Unset: generated at first start and stored with mode 0600.',
    active: true,
  }),
} as const;
