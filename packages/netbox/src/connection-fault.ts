import { NetboxFault } from './netbox-fault.js';

/** Codes after which not a byte of the request can have reached NetBox, with what to look at. */
const NEVER_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up at the moment',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  UND_ERR_CONNECT_TIMEOUT: 'the connection could not be made in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: put its CA into DIODE_NETBOX_CA_FILE',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from a private CA: put that into DIODE_NETBOX_CA_FILE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown CA: put that into DIODE_NETBOX_CA_FILE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown CA: put that into DIODE_NETBOX_CA_FILE',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there: is it http instead of https?',
};

function codeOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at instanceof AggregateError) {
      const inner = at.errors.map(codeOf).find((code) => code !== null);
      if (inner) return inner;
    }
  }
  return null;
}

/** A failed connection as a fault. `sent` unknown counts as sent: the answer may have been lost after NetBox had committed. */
export function connectionFault(
  error: unknown,
  where: { readonly url: string; readonly timeoutMs: number },
): NetboxFault {
  const code = codeOf(error);
  const never = code === null ? undefined : NEVER_SENT[code];
  if (never !== undefined) {
    return new NetboxFault({
      kind: 'away',
      detail: `NetBox at ${where.url} cannot be reached: ${never}`,
      cause: error,
      mayHaveApplied: false,
    });
  }
  const timedOut =
    (error instanceof Error && error.name === 'TimeoutError') ||
    code === 'UND_ERR_HEADERS_TIMEOUT' ||
    code === 'UND_ERR_BODY_TIMEOUT';
  return new NetboxFault({
    kind: 'away',
    detail: timedOut
      ? `NetBox at ${where.url} did not answer within ${where.timeoutMs} ms`
      : `the connection to NetBox at ${where.url} broke${code === null ? '' : ` (${code})`}`,
    cause: error,
    timedOut,
    mayHaveApplied: true,
  });
}
