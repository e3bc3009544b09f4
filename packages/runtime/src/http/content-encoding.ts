import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DiodeError } from '@diode/protocol';

/** A body stream that tells fastify how many bytes came over the wire. */
export type DecodedStream = Readable & { receivedEncodedLength?: number };

/**
 * Undoes `Content-Encoding: gzip`. Fastify stops reading at the route's body limit, counted after decompression, so a
 * bomb costs no more than an honest body of that size.
 * @throws DiodeError unsupported_media_type for any other encoding
 */
export function decodeBody(payload: Readable, encoding: string | undefined): DecodedStream {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return payload;
  if (name !== 'gzip' && name !== 'x-gzip') {
    payload.resume();
    throw new DiodeError('unsupported_media_type', {
      detail: 'Content-Encoding is gzip or identity',
      errors: [
        {
          pointer: '',
          code: 'unsupported_content_encoding',
          detail: `"${name.slice(0, 60)}" is not a content encoding Diode reads`,
          remedy: 'Send the body as it is, or with Content-Encoding: gzip.',
        },
      ],
    });
  }
  const gunzip: DecodedStream & ReturnType<typeof createGunzip> = createGunzip();
  // Whoever reads it hears of its error; when nobody does (the answer was given already), it must not end the process.
  gunzip.on('error', () => undefined);
  let encoded = 0;
  payload.on('data', (chunk: Buffer) => {
    encoded += chunk.length;
    gunzip.receivedEncodedLength = encoded;
  });
  payload.on('error', (error) => gunzip.destroy(error));
  // A client that goes away mid-body ends in 'close' without 'end'; the decoder must not wait for ever.
  payload.on('close', () => {
    if (!payload.readableEnded) gunzip.destroy(new Error('the client went away'));
  });
  payload.pipe(gunzip);
  return gunzip;
}
