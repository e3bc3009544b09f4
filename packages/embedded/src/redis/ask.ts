import { Redis } from 'ioredis';

export function redisUrl(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

export interface RedisAnswer {
  readonly version: string;
  /** 0 when the server does not say. */
  readonly pid: number;
}

/**
 * Which server answers at `url`.
 *
 * @throws the client's or the server's error when none does within five seconds, or refuses the password
 */
export async function whoAnswers(url: string): Promise<RedisAnswer> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 5000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  let broken: Error | undefined;
  client.on('error', (error: Error) => {
    broken = error;
  });
  try {
    await client.connect();
    const info = await client.info('server');
    return {
      version: /^redis_version:(\S+)/m.exec(info)?.[1] ?? '',
      pid: Number(/^process_id:(\d+)/m.exec(info)?.[1] ?? 0),
    };
  } catch (error) {
    // "Connection is closed" hides why; the event told it.
    throw broken ?? error;
  } finally {
    // On a connection that never came about this would leave a timer of two seconds.
    if (client.status !== 'end') client.disconnect();
  }
}
