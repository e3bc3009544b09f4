import { Agent, request } from 'node:http';

export interface OneRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Makes requests over `connections` kept connections, one after the other on each, until `next` gives no more. @returns milliseconds each took */
export async function millisecondsOf(connections: number, next: () => OneRequest | undefined): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const samples: number[] = [];
  const worker = async (): Promise<void> => {
    for (let one = next(); one !== undefined; one = next()) {
      const start = performance.now();
      await send(one, agent);
      samples.push(performance.now() - start);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, worker));
  } finally {
    agent.destroy();
  }
  return samples;
}

function send(o: OneRequest, agent: Agent): Promise<void> {
  return new Promise((done, failed) => {
    const sent = request(o.url, { method: o.method, headers: { ...o.headers }, agent }, (reply) => {
      reply.resume();
      reply.once('end', () =>
        Math.floor((reply.statusCode ?? 0) / 100) === 2 ? done() : failed(new Error(`${o.url}: ${reply.statusCode}`)),
      );
    });
    sent.once('error', failed);
    sent.end(o.body);
  });
}
