import { type TcpDoor, tcpDoor, until } from '@diode/testkit';
import { describe, expect, it } from 'vitest';
import { startIngester } from './harness.js';

describe('with Postgres away', () => {
  it('answers 503 with Retry-After, stores nothing by halves, and takes requests again when it is back', async () => {
    let door: TcpDoor | undefined;
    const diode = await startIngester({
      throughDoor: async (url) => {
        door = await tcpDoor(url);
        return door.url;
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
