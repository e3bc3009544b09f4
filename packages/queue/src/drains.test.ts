import { afterEach, describe, expect, it, vi } from 'vitest';
import { Drains, type DrainsOptions } from './drains.js';

/** A drain the test steps through: each run waits until it is let go. */
function steppable(over: Partial<DrainsOptions> = {}) {
  const runs: { partition: number; signal: AbortSignal; end: () => void; fail: (error: Error) => void }[] = [];
  const acknowledged: [number, readonly string[]][] = [];
  const faults: string[] = [];
  const drains = new Drains({
    concurrency: 2,
    drain: (partition, signal) =>
      new Promise((resolve, reject) => {
        runs.push({ partition, signal, end: resolve, fail: reject });
      }),
    acknowledge: async (partition, ids) => {
      acknowledged.push([partition, ids]);
    },
    onFault: ({ where }) => faults.push(where),
    isOurs: () => true,
    ...over,
  });
  /** Lets everything that is ready to happen happen. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { drains, runs, acknowledged, faults, settle };
}

describe('drains', () => {
  it('makes one drain of many wake-ups, and one more of those that come during it', async () => {
    const { drains, runs, acknowledged, settle } = steppable();
    drains.wake(1, ['a']);
    drains.wake(1, ['b']);
    drains.wake(1, ['c']);
    expect(runs).toHaveLength(1);
    runs[0]?.end();
    await settle();
    expect(acknowledged).toEqual([[1, ['a']]]);
    expect(runs).toHaveLength(2);
    runs[1]?.end();
    await settle();
    expect(acknowledged).toEqual([
      [1, ['a']],
      [1, ['b', 'c']],
    ]);
    expect(runs).toHaveLength(2);
  });

  it('runs no more partitions at a time than it may, in turn, and never one twice', async () => {
    const { drains, runs, settle } = steppable();
    for (const partition of [1, 2, 3, 1, 2, 3]) drains.wake(partition, []);
    expect(runs.map((run) => run.partition)).toEqual([1, 2]);
    runs[0]?.end();
    await settle();
    expect(runs.map((run) => run.partition)).toEqual([1, 2, 3]);
    runs[1]?.end();
    await settle();
    expect(runs.map((run) => run.partition)).toEqual([1, 2, 3, 1]);
  });

  it('does not acknowledge what a failed drain was woken by, and tells the fault', async () => {
    const { drains, runs, acknowledged, faults, settle } = steppable();
    drains.wake(1, ['a']);
    runs[0]?.fail(new Error('away'));
    await settle();
    drains.wake(1, ['b']);
    expect(runs).toHaveLength(1);
    expect(acknowledged).toEqual([]);
    expect(faults).toEqual(['drain']);
    await drains.stop();
  });

  it('goes on when acknowledging fails', async () => {
    const { drains, runs, faults, settle } = steppable({
      acknowledge: () => Promise.reject(new Error('Redis is away')),
    });
    drains.wake(1, ['a']);
    runs[0]?.end();
    await settle();
    drains.wake(1, ['b']);
    expect(runs).toHaveLength(2);
    expect(faults).toEqual(['acknowledge']);
  });

  it('tells a drain of an abandoned partition to stop, and leaves its messages pending', async () => {
    const { drains, runs, acknowledged, settle } = steppable();
    drains.wake(1, ['a']);
    drains.wake(1, ['b']);
    drains.abandon(1);
    expect(runs[0]?.signal.aborted).toBe(true);
    runs[0]?.end();
    await settle();
    expect(runs).toHaveLength(1);
    expect(acknowledged).toEqual([]);
    expect(drains.isBusy(1)).toBe(false);
  });

  it('stops when all have returned, and starts nothing after', async () => {
    const { drains, runs } = steppable();
    for (const partition of [1, 2, 3]) drains.wake(partition, []);
    const stopped = drains.stop();
    for (const run of runs) run.end();
    await stopped;
    drains.wake(4, []);
    expect(runs.map((run) => run.partition)).toEqual([1, 2]);
  });
});

describe('a later wake-up', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('comes at the soonest time it was asked for, once, and only while the partition is ours', () => {
    vi.useFakeTimers();
    let ours = true;
    const { drains, runs } = steppable({ isOurs: () => ours });
    drains.wakeIn(1, 500);
    drains.wakeIn(1, 200);
    drains.wakeIn(1, 900);
    vi.advanceTimersByTime(199);
    expect(runs).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(runs.map((run) => run.partition)).toEqual([1]);
    ours = false;
    drains.wakeIn(2, 10);
    vi.advanceTimersByTime(20);
    expect(runs).toHaveLength(1);
  });

  it('is forgotten with a lost partition and at the stop', async () => {
    vi.useFakeTimers();
    const { drains, runs } = steppable();
    drains.wakeIn(1, 10);
    drains.wakeIn(2, 10);
    drains.abandon(1);
    await drains.stop();
    drains.wakeIn(3, 0);
    vi.advanceTimersByTime(100);
    expect([runs, vi.getTimerCount()]).toEqual([[], 0]);
  });
});
