import { readFileSync } from 'node:fs';
import { makeTransport, NetboxFault, type Transport } from '@diode/netbox';
import { type Env, findLocal, type Places, present, secret } from '../client/connection.js';
import type { Pause } from '../client/send.js';
import { CliError, EXIT } from '../exit-codes.js';

/** A NetBox to read. */
export interface NetboxSource {
  readonly url: string;
  readonly token: string;
  readonly ca: string | null;
}

const TIMEOUT_MS = 60_000;
const CONNECTIONS = 2;
const TRIES = 6;

/**
 * `DIODE_NETBOX_URL` with `DIODE_NETBOX_TOKEN[_FILE]` and `DIODE_NETBOX_CA_FILE`, else the stand-in of a standalone that runs here, whose token goes
 * nowhere else.
 * @throws CliError config
 */
export function resolveNetbox(env: Env, places: Places): NetboxSource {
  const given = present(env.DIODE_NETBOX_URL);
  const local = findLocal(env, places);
  const url = given ?? local?.netboxUrl ?? null;
  if (url === null)
    throw new CliError(
      EXIT.config,
      'which NetBox? Set DIODE_NETBOX_URL and DIODE_NETBOX_TOKEN (or DIODE_NETBOX_TOKEN_FILE).',
    );
  const token = secret(env, 'DIODE_NETBOX_TOKEN') ?? (url === local?.netboxUrl ? local.netboxToken : null);
  if (token === null)
    throw new CliError(EXIT.config, `no token for ${url}: set DIODE_NETBOX_TOKEN (or DIODE_NETBOX_TOKEN_FILE).`);
  return { url, token, ca: readCa(present(env.DIODE_NETBOX_CA_FILE)) };
}

function readCa(file: string | undefined): string | null {
  if (file === undefined) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(EXIT.config, `DIODE_NETBOX_CA_FILE names ${file}, which cannot be read.`, { cause });
  }
}

/** Reads again what NetBox could not answer at the moment, as late as it says. @throws CliError config, unreachable, attention, interrupted */
export function openNetbox(source: NetboxSource, o: { pause: Pause; signal?: AbortSignal }): Transport {
  const plain = transportTo(source);
  return {
    close: () => plain.close(),
    async call(call) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await plain.call(o.signal === undefined ? call : { ...call, signal: o.signal });
        } catch (error) {
          if (o.signal?.aborted === true) throw new CliError(EXIT.interrupted, 'interrupted.', { cause: error });
          if (!(error instanceof NetboxFault)) throw error;
          if (error.kind === 'token' || error.kind === 'refused_query' || attempt >= TRIES) throw asCliError(error);
          await o.pause(error.retryAfterMs ?? 1_000, o.signal).catch((cause: unknown) => {
            throw new CliError(EXIT.interrupted, 'interrupted.', { cause });
          });
        }
      }
    },
  };
}

function transportTo(source: NetboxSource): Transport {
  try {
    return makeTransport({
      url: source.url,
      token: source.token,
      ...(source.ca === null ? {} : { ca: source.ca }),
      timeoutMs: TIMEOUT_MS,
      maxConnections: CONNECTIONS,
    });
  } catch (cause) {
    throw new CliError(EXIT.config, `DIODE_NETBOX_URL: ${source.url} is not a URL of http or https.`, { cause });
  }
}

/** NetBox's no, in one sentence. */
export function asCliError(fault: NetboxFault): CliError {
  const code = fault.kind === 'refused_query' ? EXIT.attention : EXIT.unreachable;
  return new CliError(code, `${fault.detail}.`.replace(/\.\.$/, '.'), { cause: fault });
}
