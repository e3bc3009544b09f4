import { Agent, request } from 'node:http';
import { DOORS } from './stack.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Ask {
  /** 0 or 1; any other number is taken in turn. */
  readonly door: number;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TIMEOUT_MS = 20_000;

/** A client that keeps its connections. */
export function keepingClient(): { ask(o: Ask): Promise<Answer>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return { ask: (o) => send(o, agent), close: () => agent.destroy() };
}

/** One request on a connection of its own, as `curl` or a bare `requests.post` makes it. */
export function askOnce(o: Ask): Promise<Answer> {
  return send(o, false);
}

function send(o: Ask, agent: Agent | false): Promise<Answer> {
  const url = `http://${DOORS[o.door % DOORS.length]}${o.path}`;
  const headers = o.body === undefined ? o.headers : { ...o.headers, 'content-length': Buffer.byteLength(o.body) };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: o.method ?? 'GET', agent, headers: { ...headers }, timeout: TIMEOUT_MS },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (chunk: string) => (text += chunk));
        reply.once('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
        reply.once('error', reject);
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', reject);
    sent.end(o.body);
  });
}

const RETRY = new Set([429, 502, 503, 504]);

/** The client is told to try again: a status that says so, with the time to wait, in problem details or, where tokens are made, in RFC 6749's form. */
export function saysAgain(answer: Answer): boolean {
  return (
    RETRY.has(answer.status) &&
    answer.headers['retry-after'] !== undefined &&
    /^application\/(problem\+)?json/.test(String(answer.headers['content-type']))
  );
}

export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
