import { expect, test } from 'vitest';
import { until } from './until.js';

test('it gives what the condition gives, as soon as that is something', async () => {
  const answers = [undefined, false, '', 0, null, 'here'];
  expect(await until(() => answers.shift())).toBe('here');
});

test('an expectation that fails at first is asked again', async () => {
  let n = 0;
  await until(() => {
    n += 1;
    expect(n).toBeGreaterThan(3);
    return true;
  });
  expect(n).toBe(4);
});

test('in vain, it says what was waited for and what was seen', async () => {
  await expect(until(() => false, { timeoutMs: 20, message: 'the moon' })).rejects.toThrow(/20 ms .*the moon.*false/);
  const failing = () => {
    throw new Error('not yet');
  };
  await expect(until(failing, { timeoutMs: 0 })).rejects.toThrow(/not yet/);
});
