import { randomUUID } from 'node:crypto';
import { openQueue, PARTITIONS } from '@diode/queue';

/** Wake-ups a second from announcing to acknowledged, in batches as the ingester's group commits make them. */
export async function queueWakeupsPerSecond(redisUrl: string, seconds: number): Promise<number> {
  const queue = await openQueue({ redisUrl, prefix: `bench-${randomUUID()}:`, instanceId: 'bench', leaseMs: 30_000 });
  const consumer = queue.consume({
    drain: async () => {},
    concurrency: 4,
    duePartitions: async () => [],
    sweepMs: 60_000,
    onFault: () => {},
  });
  try {
    let announced = 0;
    const start = performance.now();
    const until = start + seconds * 1_000;
    while (performance.now() < until) {
      await queue.announce(Array.from({ length: 64 }, (_, i) => ({ partition: i % PARTITIONS, syncId: randomUUID() })));
      announced += 64;
    }
    while ((await queue.depth()) > 0) await new Promise((done) => setImmediate(done));
    return (announced * 1_000) / (performance.now() - start);
  } finally {
    await consumer.stop(1_000);
    await queue.close();
  }
}
