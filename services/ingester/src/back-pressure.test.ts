import { describe, expect, it } from 'vitest';
import { makeBackPressure } from './back-pressure.js';

describe('back-pressure', () => {
  const gates: [boolean, number][] = [];
  let total = 0;
  let oldestWaitingSeconds = 0;
  const pressure = makeBackPressure({
    backlog: async () => ({ total, oldestWaitingSeconds }),
    limits: { slowAt: 100, refuseAt: 200, slowAtAgeSeconds: 60 },
    onGate: (closed, waiting) => gates.push([closed, waiting]),
  });

  it('admits while little waits, refuses at the limit, and opens again when work is done', async () => {
    await pressure.refresh();
    await pressure.admit(0);
    expect(pressure.reason()).toBeNull();
    total = 200;
    await pressure.refresh();
    await expect(pressure.admit(0)).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 5_000 });
    expect(pressure.reason()).toContain('200 entities wait');
    total = 10;
    // A call that may be held finds the room that appeared meanwhile.
    await pressure.admit(1_000);
    expect(pressure.reason()).toBeNull();
  });

  it('slows when something waits long, and refuses nothing for that', async () => {
    oldestWaitingSeconds = 90;
    await pressure.refresh();
    const before = performance.now();
    await pressure.admit(0);
    expect(performance.now() - before).toBeGreaterThan(400);
    oldestWaitingSeconds = 0;
    await pressure.refresh();
  });

  it('says each gate once', async () => {
    await pressure.refresh();
    expect(gates).toEqual([
      [true, 200],
      [false, 10],
    ]);
  });
});
