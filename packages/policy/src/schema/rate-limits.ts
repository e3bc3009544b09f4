import { isNetwork, type RateLimit, type RateLimitSettings } from '@diode/limits';
import { key, listOf, mapOf, object } from '../read/collections.js';
import { type Read, type Reader, refine } from '../read/reader.js';
import { boolean, text, whole } from '../read/scalars.js';

const limit = object({
  requests_per_minute: { ...key('How fast the bucket fills.', whole(1)), required: true },
  burst_size: { ...key('How much the bucket holds.', whole(1)), required: true },
});

const network: Reader<string> = refine(text(), (value) =>
  value.includes('/') && isNetwork(value)
    ? null
    : { message: `"${value}" is no network`, suggestion: 'write an address and a length: 10.0.0.0/8' },
);

function checkPath(path: string): { message: string; suggestion: string } | null {
  if (!path.startsWith('/')) return { message: 'a path begins with /', suggestion: `write "/${path}"` };
  if (path === '/' || !path.endsWith('/')) return null;
  return { message: 'a path means what is below it too', suggestion: `write "${path.replace(/\/+$/, '') || '/'}"` };
}

/** `config/rate-limits.yml`. */
export const rateLimitsFile = object({
  rate_limiting: key(
    'Requests a minute. Every bucket that matches applies; the tightest answers.',
    object({
      global: key('All requests together.', limit),
      per_client: key('Requests of one client.', limit),
      per_endpoint: key(
        'Requests below a path.',
        mapOf(limit, {
          placeholder: 'path',
          checkKey: checkPath,
        }),
      ),
      authentication_required: key(
        'Always true: nobody ingests without a token.',
        refine(boolean(), (value) =>
          value
            ? null
            : { message: 'authentication cannot be switched off', suggestion: 'write true, or leave the key out' },
        ),
      ),
      whitelist_ips: key('Networks exempt from limits, never from authentication.', listOf(network)),
    }),
  ),
});

/** The settings of the file; buckets it leaves out are null. */
export function rateLimitSettings(read: Read<typeof rateLimitsFile> | undefined): RateLimitSettings {
  const file = read?.rate_limiting;
  return {
    global: limitOf(file?.global),
    perClient: limitOf(file?.per_client),
    perEndpoint: Object.fromEntries(
      [...(file?.per_endpoint ?? [])].flatMap(([path, one]) => {
        const found = limitOf(one);
        return found === null ? [] : [[path, found]];
      }),
    ),
    whitelistIps: file?.whitelist_ips ?? ['127.0.0.0/8', '::1/128'],
  };
}

function limitOf(read: Read<typeof limit> | undefined): RateLimit | null {
  if (read?.requests_per_minute === undefined || read.burst_size === undefined) return null;
  return { requestsPerMinute: read.requests_per_minute, burstSize: read.burst_size };
}
