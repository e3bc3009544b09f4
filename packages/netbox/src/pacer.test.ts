import { describe, expect, it } from 'vitest';
import { NetboxFault } from './netbox-fault.js';
import { makePacer, PACING } from './pacer.js';

/** A pacer whose clock stands still unless the work moves it. */
function pace(o: { maxConcurrency?: number } = {}) {
  let now = 0;
  const pacer = makePacer({ ...PACING, ...o, now: () => now });
  return {
    pacer,
    takes: (ms: number) => async () => {
      now += ms;
    },
  };
}

const throttled = (): Promise<never> =>
  Promise.reject(new NetboxFault({ kind: 'broken', detail: 'x', mayHaveApplied: false }));

describe('pacing', () => {
  it('lets no more run at once than its limit', async () => {
    const { pacer } = pace();
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => pacer.run(work)));
    expect(most).toBeLessThanOrEqual(PACING.maxConcurrency);
    expect(pacer.state()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('grows while NetBox is quick and somebody waits, and halves on a fault', async () => {
    const { pacer, takes } = pace();
    await Promise.all(Array.from({ length: 30 }, () => pacer.run(takes(1))));
    expect(pacer.state().limit).toBe(PACING.maxConcurrency);
    await pacer.run(throttled).catch(() => undefined);
    expect(pacer.state().limit).toBe(PACING.maxConcurrency / 2);
    await pacer.run(throttled).catch(() => undefined);
    await pacer.run(throttled).catch(() => undefined);
    expect(pacer.state().limit).toBe(1);
  });

  it('does not grow when nobody waits', async () => {
    const { pacer, takes } = pace();
    for (let n = 0; n < 30; n += 1) await pacer.run(takes(1));
    expect(pacer.state().limit).toBe(PACING.startConcurrency);
  });

  it('fits bulks to about two seconds, type by type, between one and fifty', () => {
    const { pacer } = pace();
    expect(pacer.batchSize('dcim.device')).toBe(25);
    pacer.learn('dcim.device', 25, 2_500);
    pacer.learn('dcim.site', 25, 100);
    pacer.learn('ipam.prefix', 1, 60_000);
    expect(['dcim.device', 'dcim.site', 'ipam.prefix', 'ipam.vlan'].map((type) => pacer.batchSize(type))).toEqual([
      20, 50, 1, 25,
    ]);
  });
});
