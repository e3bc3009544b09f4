import autocannon from 'autocannon';

export interface LoadOptions {
  readonly url: string;
  /** POST when left out. */
  readonly method?: 'GET' | 'POST';
  readonly body?: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

/** Requests a second that were answered 2xx. Throws when one was not. */
export async function requestsPerSecond(o: LoadOptions): Promise<number> {
  const result = await autocannon({
    url: o.url,
    method: o.method ?? 'POST',
    ...(o.body === undefined ? {} : { body: o.body }),
    headers: { ...o.headers },
    connections: o.connections,
    duration: o.seconds,
  });
  if (result.non2xx > 0 || result.errors > 0 || result['2xx'] === 0) {
    throw new Error(`${o.url}: ${result['2xx']} ok, ${result.non2xx} not 2xx, ${result.errors} errors`);
  }
  return result['2xx'] / result.duration;
}
