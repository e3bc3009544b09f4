import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { expect } from 'vitest';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Thing = { [key: string]: Json } & { id: number };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; a page comes as its text. */
  readonly body: Json;
}

/** A NetBox or the stand-in, spoken to over HTTP, with a name of its own for everything made in it. */
export class NetboxUnderTest {
  /** Unlike any other run's: names and slugs carry it. */
  readonly tag = randomBytes(4).toString('hex');
  readonly #made: string[] = [];

  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  async send(method: string, path: string, body?: Json, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await this.raw(method, path, body === undefined ? '' : JSON.stringify(body), headers);
    if (method === 'POST' && reply.status === 201) this.#remember(path, reply.body);
    return reply;
  }

  /** One request on a connection of its own: NetBox's server may drop an idle one just as it is used again. */
  async raw(method: string, path: string, text: string, headers: Record<string, string> = {}): Promise<Reply> {
    const defaults = {
      Authorization: `Token ${this.token}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    };
    return new Promise((resolve, reject) => {
      const message = request(
        `${this.url}${path}`,
        { method, agent: false, headers: { ...defaults, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const given = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
            resolve({
              status: response.statusCode ?? 0,
              headers: given,
              body: parse(Buffer.concat(chunks).toString('utf8')),
            });
          });
        },
      );
      message.on('error', reject);
      message.end(text);
    });
  }

  /** Creates one object, which must succeed. */
  async make(path: string, body: Json): Promise<Thing> {
    const reply = await this.send('POST', path, body);
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    return reply.body as Thing;
  }

  /** Changes one object, which must succeed. */
  async patch(path: string, id: number, body: Json): Promise<Thing> {
    const reply = await this.send('PATCH', `${path}${id}/`, body);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply.body as Thing;
  }

  /** What a refused write answers. */
  async refused(method: string, path: string, body: Json): Promise<Json> {
    const reply = await this.send(method, path, body);
    expect(reply.status, JSON.stringify(reply.body)).toBe(400);
    return reply.body;
  }

  async get(path: string): Promise<Thing> {
    const reply = await this.send('GET', path);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply.body as Thing;
  }

  /** The results of a list. */
  async list(path: string): Promise<Thing[]> {
    const page = await this.get(path);
    return page.results as Thing[];
  }

  async ids(path: string): Promise<number[]> {
    return (await this.list(path)).map((thing) => thing.id).sort((a, b) => a - b);
  }

  /** Deletes what this run made, the last first; what is gone or protected by a leftover is passed over. */
  async cleanUp(): Promise<void> {
    for (const path of this.#made.reverse()) await this.send('DELETE', path);
  }

  #remember(path: string, body: Json): void {
    const list = path.split('?')[0] ?? path;
    for (const one of Array.isArray(body) ? body : [body]) {
      if (typeof one === 'object' && one !== null && 'id' in one) this.#made.push(`${list}${one.id}/`);
    }
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
