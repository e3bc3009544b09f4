import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine, warning } from './finding.js';

export interface TlsToCheck {
  /** https. */
  readonly url: string;
  /** PEM of a private CA; null: those that Node knows. */
  readonly ca: string | null;
  /** The variable that names a private CA for this URL. */
  readonly caEnv: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

const TIMEOUT_MS = 5_000;
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** Shakes hands with a server and looks at its certificate: who signed it, for which names, until when. */
export async function checkTls(o: TlsToCheck): Promise<Finding> {
  const { hostname, port } = new URL(o.url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const check = `TLS of ${hostname}:${port === '' ? 443 : port}`;
  try {
    const seen = await handshake({ host, port: port === '' ? 443 : Number(port), ca: o.ca });
    return seen.fault === null
      ? untilWhen(check, seen.certificate, o.nowMs)
      : refused(check, { ...seen, fault: seen.fault, host, caEnv: o.caEnv });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // EPROTO and OpenSSL's own codes mean that somebody answered, in another language.
    const isAway = /^E(?!PROTO)[A-Z_]+$/.test(code) && !code.startsWith('ERR_');
    return failing(
      check,
      reasonOf(error),
      isAway
        ? 'Check the name, the port, and the firewall between.'
        : 'Does this port speak TLS at all? Check http and https, and the port.',
    );
  }
}

interface Seen {
  /** OpenSSL's or Node's code; null when the certificate is trusted. */
  readonly fault: string | null;
  readonly certificate: PeerCertificate;
}

function handshake(o: { host: string; port: number; ca: string | null }): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: o.host,
      port: o.port,
      // An address is no name to ask for (RFC 6066).
      ...(/^[\d.]+$|:/.test(o.host) ? {} : { servername: o.host }),
      ...(o.ca === null ? {} : { ca: o.ca }),
      timeout: TIMEOUT_MS,
      // The certificate of one we do not trust is what is looked at; nothing is sent.
      rejectUnauthorized: false,
    });
    const end = (act: () => void): void => {
      act();
      socket.destroy();
    };
    socket.once('secureConnect', () => {
      const fault = socket.authorized ? null : String(socket.authorizationError);
      end(() => resolve({ fault, certificate: socket.getPeerCertificate() }));
    });
    socket.once('timeout', () => end(() => reject(new Error(`no answer in ${TIMEOUT_MS / 1_000} s`))));
    socket.once('error', (error) => end(() => reject(error)));
  });
}

function untilWhen(check: string, certificate: PeerCertificate, nowMs: number): Finding {
  const days = Math.floor((Date.parse(certificate.valid_to) - nowMs) / DAY_MS);
  const detail = `trusted, valid until ${dayOf(certificate.valid_to)}`;
  if (days >= SOON_DAYS) return fine(check, detail);
  return warning(
    check,
    `${detail}: ${days} days left`,
    'Renew the certificate (scripts/make-certs.sh for a private one).',
  );
}

function refused(check: string, o: Seen & { fault: string; host: string; caEnv: string }): Finding {
  const { fault, certificate } = o;
  switch (fault) {
    case 'CERT_HAS_EXPIRED':
      return failing(
        check,
        `the certificate expired on ${dayOf(certificate.valid_to)}`,
        'Renew it (scripts/make-certs.sh for a private one); if the day is still to come, set the clock of this machine.',
      );
    case 'CERT_NOT_YET_VALID':
      return failing(
        check,
        `the certificate is valid from ${dayOf(certificate.valid_from)} only`,
        'Set the clock of this machine, or of the one that made the certificate.',
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return failing(
        check,
        `the certificate is for ${namesOf(certificate)}, not for ${o.host}`,
        'Use one of these names in the URL, or a certificate for this one.',
      );
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return failing(
        check,
        'the certificate is signed by itself',
        `Name it (PEM) in ${o.caEnv}, if it is the right one.`,
      );
    default:
      return failing(
        check,
        `the certificate of ${issuerOf(certificate)} is signed by a CA that is not known here (${fault})`,
        `Name that CA (PEM) in ${o.caEnv}; should it be a public one, the server leaves out the certificates between.`,
      );
  }
}

function dayOf(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? date : new Date(at).toISOString().slice(0, 10);
}

function namesOf(certificate: PeerCertificate): string {
  const names = certificate.subjectaltname?.replaceAll(/(DNS|IP Address):/g, '');
  return names ?? String(certificate.subject?.CN ?? 'nobody');
}

function issuerOf(certificate: PeerCertificate): string {
  return String(certificate.issuer?.CN ?? certificate.issuer?.O ?? 'an unnamed CA');
}
