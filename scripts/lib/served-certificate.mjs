// What a TLS port serves: node served-certificate.mjs HOST PORT WARN_DAYS NAMES, and PEM in OWN_CERTIFICATE where a certificate of one's own is
// in place. Given to Node in a container of Diode, so that the host needs neither Node nor openssl. Prints one line:
// STATUS<tab>WORDS<tab>DETAIL, with STATUS ok, warn or down. NAMES are separated by commas; each must be in the certificate.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';

const DAY_MS = 86_400_000;
const [host, port, warnDays, names = ''] = process.argv.slice(2);

const socket = connect({ host, port: Number(port), rejectUnauthorized: false, timeout: 10_000 });
socket.once('timeout', () => socket.destroy(new Error('no answer within 10 s')));
socket.once('error', (error) => say('down', 'Not Served', `${host}:${port}: ${error.message}`));
socket.once('secureConnect', () => {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) say('down', 'Not Served', `${host}:${port} shows none`);
  else say(...judge(certificate));
  socket.destroy();
});

function judge(certificate) {
  const own = process.env.OWN_CERTIFICATE;
  if (own && fingerprint(own) !== certificate.fingerprint256)
    return ['down', 'Not The One In nginx/ssl', `what is served ends on ${day(certificate.validTo)}`];
  if (Date.parse(certificate.validFrom) > Date.now())
    return ['down', 'Not Valid Yet', `from ${day(certificate.validFrom)} on`];
  const ends = endOfChain(certificate);
  if (ends < Date.now()) return ['down', 'Expired', `on ${day(ends)}`];
  const missing = names.split(/[\s,]+/).find((name) => name !== '' && !isFor(certificate, name));
  if (missing !== undefined)
    return ['down', 'Not For This Name', `${missing}; it is for ${certificate.subjectAltName ?? 'no name'}`];
  const left = Math.floor((ends - Date.now()) / DAY_MS);
  const until = `until ${day(ends)}, ${left === 1 ? '1 day' : `${left} days`}`;
  return left < Number(warnDays) ? ['warn', 'Ends Soon', until] : ['ok', 'Valid', until];
}

/** Of the first one in the file, which is the server's; of none when it cannot be read. */
function fingerprint(pem) {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return '';
  }
}

/** When the first certificate that is served ends: an intermediate one may end before the server's. */
function endOfChain(certificate) {
  let ends = Number.POSITIVE_INFINITY;
  const seen = new Set();
  for (let one = certificate; one !== undefined && !seen.has(one.fingerprint256); one = one.issuerCertificate) {
    seen.add(one.fingerprint256);
    ends = Math.min(ends, Date.parse(one.validTo));
  }
  return ends;
}

function isFor(certificate, name) {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name.replace(/^\*\./, 'any.')) !== undefined;
}

function day(at) {
  return new Date(at).toISOString().slice(0, 10);
}

function say(...fields) {
  console.log(fields.join('\t'));
}
