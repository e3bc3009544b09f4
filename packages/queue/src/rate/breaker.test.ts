import { expect, it } from 'vitest';
import { makeBreaker } from './breaker.js';

it('opens after three failures in a row, tries once each half second, and closes on the first success', () => {
  let now = 0;
  const changes: boolean[] = [];
  const breaker = makeBreaker({ now: () => now, onChange: (open) => changes.push(open) });
  const fault = new Error('away');
  breaker.failed(fault);
  breaker.failed(fault);
  breaker.succeeded();
  breaker.failed(fault);
  breaker.failed(fault);
  expect(breaker.mayAsk()).toBe(true);
  breaker.failed(fault);
  expect([breaker.mayAsk(), changes]).toEqual([false, [true]]);

  now = 500;
  expect([breaker.mayAsk(), breaker.mayAsk()]).toEqual([true, false]);
  breaker.failed(fault);
  now = 999;
  expect(breaker.mayAsk()).toBe(false);
  now = 1_000;
  expect(breaker.mayAsk()).toBe(true);
  breaker.succeeded();
  expect([breaker.mayAsk(), breaker.mayAsk(), changes]).toEqual([true, true, [true, false]]);
});
