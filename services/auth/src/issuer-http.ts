import { DiodeError } from '@diode/protocol';
import { Agent, request } from 'undici';

/** An answer of the issuer, JSON where it is JSON. */
export interface IssuerAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: unknown;
}

export interface IssuerHttp {
  /** Throws DiodeError `token_service_unavailable` when there is no answer within the time, or one of more than 1 MB. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    options?: { readonly headers?: Record<string, string>; readonly body?: string; readonly timeoutMs?: number },
  ): Promise<IssuerAnswer>;
  close(): Promise<void>;
}

const MAX_BYTES = 1024 * 1024;
/** Limit of a call to the issuer (diode-wire §5). */
const TIMEOUT_MS = 10_000;

export function makeIssuerHttp(): IssuerHttp {
  const agent = new Agent({ connections: 16, connect: { timeout: 3_000 }, maxResponseSize: MAX_BYTES });
  return {
    async call(method, url, options = {}) {
      try {
        const response = await request(url, {
          method,
          dispatcher: agent,
          headers: { accept: 'application/json', ...options.headers },
          body: options.body ?? null,
          signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
        });
        const text = await response.body.text();
        const header = (name: string): string | undefined => {
          const value = response.headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        return { status: response.statusCode, header, body: parsed(text) };
      } catch (cause) {
        throw issuerAway(cause);
      }
    },
    close: () => agent.close(),
  };
}

/** The issuer cannot be asked now; another try may work. */
export function issuerAway(cause?: unknown): DiodeError {
  const detail = 'The token issuer does not answer.';
  return new DiodeError('token_service_unavailable', { detail, cause, retryAfterMs: 2_000 });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
