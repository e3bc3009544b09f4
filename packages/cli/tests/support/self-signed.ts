import { generateKeyPairSync, sign } from 'node:crypto';

const HOUR_MS = 3_600_000;

export interface SelfSigned {
  /** PEM; also the CA that signed it. */
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  /** From now; an hour unless said. Below zero for one that is over. */
  readonly lifeMs?: number;
  /** An IPv4 address; 127.0.0.1 unless said. */
  readonly address?: string;
}

/** A certificate for one address made for one test run, so that no key lies in the repository. X.509 by hand (RFC 5280), about as short as it can be. */
export function selfSigned(o: Wanted = {}): SelfSigned {
  const life = o.lifeMs ?? HOUR_MS;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, oid('2a8648ce3d040302'));
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from('test')))));
  const validity = der(0x30, utcTime(Date.now() - 48 * HOUR_MS), utcTime(Date.now() + life));
  const ca = extension('551d13', der(0x30, der(0x01, Buffer.of(0xff))));
  const address = extension(
    '551d11',
    der(0x30, der(0x87, Buffer.from((o.address ?? '127.0.0.1').split('.').map(Number)))),
  );
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ca, address)),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey));
  const pem = der(0x30, body, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, oid(id), der(0x04, value));
}

function utcTime(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
}
