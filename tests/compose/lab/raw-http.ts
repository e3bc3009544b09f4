import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { EDGE_PORT } from './stack.js';

export interface RawAnswer {
  readonly status: number;
  /** In the order they came, names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface RawExchange {
  /** Every answer the connection gave. */
  readonly answers: readonly RawAnswer[];
  /** The other side ended it; else we stopped waiting. */
  readonly closed: boolean;
  readonly seconds: number;
}

/** Bytes as they are, on a connection of their own, and all that comes back until it is closed or nothing came for `quietMs`. */
export async function sendRaw(
  bytes: string | Buffer,
  o: { readonly port?: string; readonly quietMs?: number } = {},
): Promise<RawExchange> {
  const started = performance.now();
  const socket = connect({ host: 'localhost', port: Number(o.port ?? EDGE_PORT) });
  const received: Buffer[] = [];
  let closed = true;
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // A reset after the answer is an end like another.
  socket.on('error', () => undefined);
  socket.setTimeout(o.quietMs ?? 3_000, () => {
    closed = false;
    socket.destroy();
  });
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  await ended(socket);
  return {
    answers: answersIn(Buffer.concat(received).toString('latin1')),
    closed,
    seconds: (performance.now() - started) / 1000,
  };
}

async function ended(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

/** A request as a well-behaved client writes it, closing afterwards; `headers` may repeat and be odd. */
export function request(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[] = [],
  body = '',
): string {
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const all = [
    ...(named.has('host') ? [] : [['Host', 'localhost']]),
    ...(named.has('connection') ? [] : [['Connection', 'close']]),
    ...(named.has('content-length') || named.has('transfer-encoding') || body === ''
      ? []
      : [['Content-Length', String(Buffer.byteLength(body, 'latin1'))]]),
    ...headers,
  ];
  return `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

export function headersNamed(answer: RawAnswer, name: string): readonly string[] {
  return answer.headers.filter(([one]) => one === name).map(([, value]) => value);
}

function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const head = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n([\s\S]*?)\r\n\r\n/.exec(rest);
    if (head === null) return answers;
    const headers = (head[2] ?? '').split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    rest = rest.slice(head[0].length);
    const length = headers.find(([name]) => name === 'content-length')?.[1];
    const body = length === undefined ? rest : rest.slice(0, Number(length));
    rest = rest.slice(body.length);
    if (Number(head[1]) >= 200) answers.push({ status: Number(head[1]), headers, body });
  }
}
