import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export type Answer = (seen: Seen, response: ServerResponse) => void;

/** A peer on a real socket that answers as a test says and remembers what it was asked. */
export interface Peer {
  readonly url: string;
  readonly seen: Seen[];
  answer: Answer;
  close(): Promise<void>;
}

export async function startPeer(answer: Answer): Promise<Peer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        body,
      };
      seen.push(one);
      peer.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const peer: Peer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return peer;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_seen, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'r-1', ...headers });
    response.end(JSON.stringify(body));
  };

export const html =
  (status: number, page: string): Answer =>
  (_seen, response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page);
  };

export const hang: Answer = () => undefined;

export const cut: Answer = (_seen, response) => {
  response.socket?.destroy();
};
