import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Closes the socket instead of answering. */
  readonly hangUp?: boolean;
}

export type Handler = (request: Seen, nth: number) => FakeAnswer | Promise<FakeAnswer>;

export interface FakeDiode extends AsyncDisposable {
  readonly url: string;
  /** Every request but those for tokens. */
  readonly requests: readonly Seen[];
  readonly tokenRequests: readonly Seen[];
}

/** A Diode on a real socket that answers what the test says; tokens are `token-1`, `token-2`, … unless `onToken` says otherwise. */
export async function startFakeDiode(onRequest: Handler, onToken?: Handler): Promise<FakeDiode> {
  const requests: Seen[] = [];
  const tokenRequests: Seen[] = [];
  const server = createServer(async (request, response) => {
    const seen: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    };
    const isToken = seen.path === '/diode/auth/token';
    const list = isToken ? tokenRequests : requests;
    list.push(seen);
    const handler = isToken ? (onToken ?? giveToken) : onRequest;
    reply(response, await handler(seen, list.length));
  });
  await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    tokenRequests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function giveToken(request: Seen, nth: number): FakeAnswer {
  const scope = new URLSearchParams(request.body).get('scope') ?? '';
  return { json: { access_token: `token-${nth}`, token_type: 'bearer', expires_in: 60, scope } };
}

function reply(response: ServerResponse, answer: FakeAnswer): void {
  if (answer.hangUp === true) {
    response.socket?.destroy();
    return;
  }
  const body = answer.text ?? JSON.stringify(answer.json ?? {});
  const type = answer.text === undefined ? 'application/json' : 'text/html';
  response.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers }).end(body);
}
