import { Redis } from 'ioredis';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine } from './finding.js';

const TIMEOUT_MS = 5_000;

/** Logs in and sends PING. The password is never shown. */
export async function checkRedis(url: string): Promise<Finding> {
  const { hostname, port } = new URL(url);
  const check = `Redis at ${hostname}:${port === '' ? 6379 : port}`;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    // INFO, which that asks, is not allowed to every role.
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let fault: unknown = null;
  // The connection's own fault says more than the command that met it.
  redis.on('error', (error) => {
    fault ??= error;
  });
  try {
    await redis.connect();
    const pong = await redis.ping();
    return fine(check, `answers ${pong}`);
  } catch (error) {
    const reason = reasonOf(fault ?? error);
    return failing(check, reason, remedyFor(reason));
  } finally {
    redis.disconnect();
  }
}

function remedyFor(reason: string): string {
  if (/NOAUTH|WRONGPASS|invalid password|invalid username/i.test(reason))
    return 'Give the right user and password in DIODE_REDIS_URL: redis://USER:PASSWORD@HOST:6379.';
  if (/NOPERM/i.test(reason)) return 'Let this user run PING and use the keys diode:* (ACL SETUSER).';
  return 'Check that Redis runs there, that DIODE_REDIS_URL names it, and the firewall between.';
}
