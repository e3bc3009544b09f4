import { describe, expect, it } from 'vitest';
import { downWhenStopping, makeHealth, withoutDetails } from './health.js';

const fine = async (): Promise<undefined> => undefined;

describe('health', () => {
  it('is ok when every check is', async () => {
    const health = makeHealth();
    health.add({ name: 'a', critical: true, check: fine });
    expect(await health.report()).toEqual({
      status: 'ok',
      checks: { a: { status: 'ok', latency_ms: expect.any(Number), detail: null } },
    });
  });

  it('is degraded by what it can live without, down by what it cannot', async () => {
    const health = makeHealth({ ttlMs: 0 });
    health.add({ name: 'redis', critical: false, check: async () => 'no answer' });
    expect((await health.report()).status).toBe('degraded');
    health.add({ name: 'postgres', critical: true, check: () => Promise.reject(new Error('refused')) });
    const report = await health.report();
    expect(report.status).toBe('down');
    expect(report.checks.postgres?.detail).toBe('refused');
    expect(withoutDetails(report)).toEqual({ status: 'down' });
  });

  it('gives up on a check that hangs, and tells it so', async () => {
    let told = false;
    const health = makeHealth({ timeoutMs: 20 });
    health.add({
      name: 'slow',
      critical: true,
      check: (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            told = true;
            resolve(undefined);
          }),
        ),
    });
    expect((await health.report()).checks.slow).toMatchObject({ status: 'down', detail: 'no answer within 20 ms' });
    expect(told).toBe(true);
  });

  it('does the work once for many who ask, and again a second later', async () => {
    let now = 0;
    let runs = 0;
    const health = makeHealth({ now: () => now });
    health.add({
      name: 'a',
      critical: true,
      check: async () => {
        runs += 1;
        return undefined;
      },
    });
    await Promise.all([health.report(), health.report(), health.report()]);
    now = 999;
    await health.report();
    expect(runs).toBe(1);
    now = 1_000;
    await health.report();
    expect(runs).toBe(2);
  });

  it('refuses two checks of one name', () => {
    const health = makeHealth();
    health.add({ name: 'a', critical: true, check: fine });
    expect(() => health.add({ name: 'a', critical: true, check: fine })).toThrow(TypeError);
  });

  it('is down, whatever the checks say, for who decides about traffic, once the process leaves', async () => {
    const stop = new AbortController();
    const health = makeHealth();
    health.add({ name: 'a', critical: true, check: fine });
    const seen = downWhenStopping(health, stop.signal);
    expect((await seen.report()).status).toBe('ok');
    stop.abort();
    const report = await seen.report();
    expect(report.status).toBe('down');
    expect(report.checks).toMatchObject({ a: { status: 'ok' }, shutting_down: { status: 'down' } });
    expect((await health.report()).status).toBe('ok');
  });
});
