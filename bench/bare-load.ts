import { connect } from 'node:net';
import type { LoadOptions } from './load.js';

const END_OF_HEADERS = '\r\n\r\n';

/**
 * Requests a second that were answered 2xx, by a client that does no more than write the same bytes again and count the answers. Where five
 * processes share the cores with the client, a client that costs a fifth of a request is part of what it measures. Throws when one was not 2xx.
 */
export async function bareRequestsPerSecond(o: LoadOptions): Promise<number> {
  const bytes = bytesOf(o);
  const { hostname, port } = new URL(o.url);
  const start = performance.now();
  const until = start + o.seconds * 1_000;
  const counts = await Promise.all(
    Array.from({ length: o.connections }, () => busyConnection({ hostname, port: Number(port || 80), bytes, until })),
  );
  return (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - start);
}

function bytesOf(o: LoadOptions): Buffer {
  const { host, pathname, search } = new URL(o.url);
  const body = Buffer.from(o.body ?? '');
  const headers = Object.entries({ host, ...o.headers, 'content-length': String(body.length) });
  const head = [
    `${o.method ?? 'POST'} ${pathname}${search} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n') + END_OF_HEADERS), body]);
}

/** One request after the other until the time is over. @returns how many were answered */
function busyConnection(o: { hostname: string; port: number; bytes: Buffer; until: number }): Promise<number> {
  return new Promise((done, failed) => {
    let answered = 0;
    let text = '';
    const socket = connect({ host: o.hostname, port: o.port, noDelay: true }, () => socket.write(o.bytes));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!isWhole(text)) return;
      if (!text.startsWith('HTTP/1.1 2')) {
        failed(new Error(`not 2xx: ${text.slice(0, 200)}`));
        socket.destroy();
        return;
      }
      text = '';
      answered += 1;
      if (performance.now() < o.until) socket.write(o.bytes);
      else socket.end();
    });
    socket.once('error', failed);
    // Before its time only when the server ended it.
    socket.once('close', () => (performance.now() < o.until ? failed(new Error('connection closed')) : done(answered)));
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf(END_OF_HEADERS);
  if (end === -1) return false;
  if (text.startsWith('HTTP/1.1 204')) return true;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length !== undefined) return text.length >= end + END_OF_HEADERS.length + Number(length);
  return text.endsWith('0\r\n\r\n');
}
