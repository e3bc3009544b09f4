import { connect, createServer, type Server, type Socket } from 'node:net';
import { until } from '@diode/testkit';
import { describe, expect, it } from 'vitest';
import { startIngester } from './harness.js';

/** A door in front of Postgres that can be shut and opened. */
async function makeDoor(target: URL): Promise<{ port: number; shut(): void; open(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server: Server = createServer((client) => {
    if (!isOpen) return void client.destroy();
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    shut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    open: () => {
      isOpen = true;
    },
    close: () => new Promise((done) => server.close(() => done())),
  };
}

describe('with Postgres away', () => {
  it('answers 503 with Retry-After, stores nothing by halves, and takes requests again when it is back', async () => {
    let door: Awaited<ReturnType<typeof makeDoor>> | undefined;
    const diode = await startIngester({
      throughDoor: async (url) => {
        const target = new URL(url);
        door = await makeDoor(new URL(url));
        target.port = String(door.port);
        target.hostname = '127.0.0.1';
        return target.href;
      },
    });
    const send = (name: string) =>
      diode.post('/api/v1/ingest/devices', { source: 't', data: { name } }, { 'idempotency-key': name });
    try {
      expect((await send('before')).status).toBe(202);
      door?.shut();
      const answers = await Promise.all(['a', 'b', 'c'].map(send));
      for (const answer of answers) {
        expect([answer.status, answer.body.code]).toEqual([503, 'storage_unavailable']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      door?.open();
      await until(async () => (await send('a')).status === 202, { message: 'requests are taken again' });
      await send('b');
      await send('c');
      expect((await diode.store.backlog()).total).toBe(4);
    } finally {
      await diode.close();
      await door?.close();
    }
  });
});
