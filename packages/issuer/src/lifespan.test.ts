import { describe, expect, it } from 'vitest';
import { durationSeconds, durationText } from './lifespan.js';

describe('lifespans', () => {
  it.each([
    ['2s', 2, '2s'],
    ['500ms', 0.5, '0.5s'],
    ['15m', 900, '15m0s'],
    ['2h', 7200, '2h0m0s'],
    ['1h30m5s', 5405, '1h30m5s'],
    ['24h', 86_400, '24h0m0s'],
  ])('read %s and write it as Go does', (text, seconds, written) => {
    expect(durationSeconds(text)).toBe(seconds);
    expect(durationText(seconds)).toBe(written);
  });

  it.each(['', '2', 's', '-2s', '2 s', '2d', '1e9s', `${'1h'.repeat(30)}`])('refuse "%s"', (text) => {
    expect(durationSeconds(text)).toBeUndefined();
  });
});
