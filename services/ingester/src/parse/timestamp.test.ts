import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from './timestamp.js';

describe('parseTimestamp', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z', false],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z', false],
    ['2026-01-31T12:00:00+0200', '2026-01-31T10:00:00.000Z', false],
    ['2026-01-31T12:00:00.123456', '2026-01-31T12:00:00.123Z', true],
    ['2026-01-31 12:00', '2026-01-31T12:00:00.000Z', true],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z', false],
  ])('reads %s', (text, utc, naive) => {
    expect(parseTimestamp(text)).toEqual({ kind: 'ok', utc, naive });
  });

  it.each([
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    1700000000,
    null,
    {},
  ])('refuses %j', (value) => {
    expect(parseTimestamp(value).kind).toBe('invalid');
  });

  it('never throws, and gives back any instant of the calendar', () => {
    fc.assert(fc.property(fc.anything(), (value) => ['ok', 'invalid'].includes(parseTimestamp(value).kind)));
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('9999-01-01'), noInvalidDate: true }),
        (date) => {
          expect(parseTimestamp(date.toISOString())).toEqual({ kind: 'ok', utc: date.toISOString(), naive: false });
        },
      ),
    );
  });
});
