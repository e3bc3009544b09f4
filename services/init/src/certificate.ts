import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DiodeError } from '@diode/protocol';
import { readKept, writeSecret } from './secret-files.js';

const run = promisify(execFile);
const FILES = ['diode.crt', 'diode.key'] as const;

export interface CertificateOptions {
  /** nginx/ssl of the checkout: `diode.crt` and `diode.key` there are the operator's own. */
  readonly ownDir: string;
  /** Where a private CA and what it signs are kept. */
  readonly caDir: string;
  readonly nginxDir: string;
  /** Names and addresses the certificate is for. */
  readonly names: readonly string[];
  /** scripts/make-certs.sh */
  readonly script: string;
}

/** Gives nginx its certificate: the operator's, else one of a private CA, renewed a month before it ends. Says in words which. */
export async function provideCertificate(o: CertificateOptions): Promise<string> {
  const own = await ownFiles(o.ownDir);
  if (own !== null) {
    await checkPair(own);
    await copyAll(own, o.nginxDir);
    return 'certificate: yours, from nginx/ssl';
  }
  const names = o.names.flatMap((name) => ['--name', name]);
  try {
    await run('sh', [o.script, '--out', o.caDir, '--renew-before', '30', '--quiet', ...names]);
  } catch (cause) {
    const detail = `the certificate could not be made: ${cause instanceof Error ? cause.message.slice(0, 500) : 'fault'}`;
    throw new DiodeError('config_invalid', { detail, cause });
  }
  await copyAll(o.caDir, o.nginxDir);
  return 'certificate: of the private CA (ca.crt in the volume secrets-nginx); your own goes into nginx/ssl';
}

/** The directory when both files are there and can be read; null when neither is. @throws DiodeError config_invalid in between */
async function ownFiles(dir: string): Promise<string | null> {
  const found = await Promise.all(FILES.map((name) => state(join(dir, name))));
  if (found.every((one) => one === 'absent')) return null;
  const bad = FILES.filter((_name, i) => found[i] !== 'readable');
  if (bad.length === 0) return dir;
  throw new DiodeError('config_invalid', {
    detail: `nginx/ssl/${bad.join(', nginx/ssl/')} is missing or cannot be read by user ${process.getuid?.() ?? '?'} of the container; both diode.crt and diode.key are needed (chown or chmod, or remove both)`,
  });
}

/** nginx serves on with what it has, and does not start with a pair that is none. @throws DiodeError config_invalid */
async function checkPair(dir: string): Promise<void> {
  const [crt = '', key = ''] = await Promise.all(FILES.map((name) => readFile(join(dir, name), 'utf8')));
  const wrong = pairMistake(crt, key);
  if (wrong !== null) throw new DiodeError('config_invalid', { detail: `${wrong}; what nginx had stays` });
}

function pairMistake(crt: string, key: string): string | null {
  try {
    const certificate = new X509Certificate(crt);
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      return "nginx/ssl/diode.key is not the key of nginx/ssl/diode.crt (the first certificate in it must be the server's own)";
    if (Date.parse(certificate.validTo) < Date.now()) return `nginx/ssl/diode.crt ended on ${certificate.validTo}`;
    return null;
  } catch (cause) {
    return `nginx/ssl/diode.crt and diode.key cannot be read as PEM, the key without a passphrase: ${cause instanceof Error ? cause.message : 'fault'}`;
  }
}

async function state(path: string): Promise<'readable' | 'absent' | 'unreadable'> {
  try {
    await access(path, constants.R_OK);
    return 'readable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'absent' : 'unreadable';
  }
}

async function copyAll(from: string, to: string): Promise<void> {
  for (const name of FILES) await writeSecret(join(to, name), await readFile(join(from, name), 'utf8'));
  const ca = await readKept(join(from, 'ca.crt'));
  if (ca !== undefined) await writeSecret(join(to, 'ca.crt'), `${ca}\n`);
}
