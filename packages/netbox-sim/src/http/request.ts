import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Json } from '../tables/table-shapes.js';

/** A request read whole. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** `http://host:port`, from the Host header. */
  readonly base: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The largest body the stand-in reads: past it NetBox's proxy would have answered. */
const bodyLimit = 64 * 1024 * 1024;

/** @throws RangeError when the body is larger than the limit. */
export async function readRequest(message: IncomingMessage, fallbackHost: string): Promise<Request> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > bodyLimit) throw new RangeError('body too large');
    chunks.push(bytes);
  }
  const base = `http://${message.headers.host ?? fallbackHost}`;
  const url = new URL(message.url ?? '/', 'http://stand-in.invalid');
  const raw = Buffer.concat(chunks);
  return {
    method: message.method ?? 'GET',
    path: safeDecode(url.pathname),
    query: url.searchParams,
    base,
    headers: message.headers,
    body: message.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw,
  };
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A JSON body, or what Django REST Framework says of one it cannot read. */
export type Body = { readonly value: Json } | { readonly status: number; readonly detail: string };

export function parseBody(request: Request): Body {
  if (request.body.length === 0) return { value: {} };
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json') return { status: 415, detail: `Unsupported media type "${type}" in request.` };
  const text = request.body.toString('utf8');
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch {
    return { status: 400, detail: `JSON parse error - ${pythonJsonError(text)}` };
  }
}

/** Python's wording for the commonest mistakes; line and column are those of the first byte that cannot be. */
function pythonJsonError(text: string): string {
  const start = text.search(/\S/);
  const at = text[start] === '{' || text[start] === '[' ? start + 1 : Math.max(start, 0);
  const words = text[start] === '{' ? 'Expecting property name enclosed in double quotes' : 'Expecting value';
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `${words}: line ${line} column ${at - before.lastIndexOf('\n')} (char ${at})`;
}
