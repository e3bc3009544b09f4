import { SHARED } from '@diode/runtime';

/** What the auth service reads from its environment. */
export const AUTH_SETTINGS = {
  host: SHARED.host,
  port: SHARED.port,
  trustedProxies: SHARED.trustedProxies,
  metricsPort: SHARED.metricsPort,
  drainSeconds: SHARED.drainSeconds,
  configDir: SHARED.configDir,
  redisUrl: SHARED.redisUrl,
  hydraPublicUrl: SHARED.hydraPublicUrl,
  hydraAdminUrl: SHARED.hydraAdminUrl,
  jwksUrl: SHARED.jwksUrl,
} as const;

const JWKS_PATH = '/.well-known/jwks.json';

/**
 * Where the issuer's public listener is called. `HYDRA_PUBLIC_URL` is the issuer's name in tokens, and inside compose that
 * name leads elsewhere; `DIODE_JWKS_URL` then says by which name it is reached.
 */
export function issuerBase(config: { readonly hydraPublicUrl: string; readonly jwksUrl: string | null }): string {
  const { jwksUrl } = config;
  return jwksUrl?.endsWith(JWKS_PATH) ? jwksUrl.slice(0, -JWKS_PATH.length) : config.hydraPublicUrl;
}

/** Where its keys are. */
export function keysUrl(config: { readonly hydraPublicUrl: string; readonly jwksUrl: string | null }): string {
  return config.jwksUrl ?? `${config.hydraPublicUrl.replace(/\/$/, '')}${JWKS_PATH}`;
}
