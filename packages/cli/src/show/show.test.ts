import type { JsonObject } from '@diode/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentSoFar, summaryLine } from './summary.js';
import { planLines, problemLines } from './sync.js';

const receipt: JsonObject = {
  state: 'applied',
  action: 'update',
  object_type: 'dcim.device',
  key: 'SWITCH-01',
  netbox: { id: 1, url: 'http://netbox/dcim/devices/1/' },
  fields: {
    name: { verdict: 'equal', from: 'SWITCH-01', to: 'SWITCH-01', reason: 'same' },
    serial: { verdict: 'written', from: 'A', to: 'B', reason: 'differs' },
  },
  also: [{ action: 'create', object_type: 'dcim.site', key: 'DC1', because: 'it is referred to' }],
  error: null,
};

describe('a receipt as text', () => {
  it('says what was done, which fields, and what came along', () => {
    expect(planLines(receipt, { all: true })).toEqual([
      'applied   update dcim.device SWITCH-01  http://netbox/dcim/devices/1/',
      '            serial: "A" -> "B"  [written: differs]',
      '            also create dcim.site DC1 (it is referred to)',
    ]);
    expect(planLines(receipt, { all: false })).toEqual([]);
    expect(planLines(receipt, { all: true, dryRun: true })[0]).toMatch(/^would {5}update dcim\.device SWITCH-01/);
  });

  it('shows what needs a look with its error and remedy, long values cut', () => {
    const bad = {
      ...receipt,
      state: 'rejected',
      action: null,
      fields: { comments: { verdict: 'failed', from: null, to: 'x'.repeat(200), reason: 'too long' } },
      error: {
        code: 'bad',
        detail: 'it is bad',
        errors: [{ pointer: '/comments', detail: 'too long', remedy: 'Cut.' }],
      },
    };
    const lines = planLines(bad, { all: false });
    expect(lines[0]).toMatch(/^rejected {9}dcim\.device SWITCH-01/);
    expect(lines[1]?.length).toBeLessThan(150);
    expect(lines.slice(-2)).toEqual(['            bad: it is bad', '            /comments too long Cut.']);
  });

  it('never breaks and never steers the terminal, whatever Diode answers', () => {
    const field = fc.record({
      verdict: fc.jsonValue(),
      from: fc.jsonValue(),
      to: fc.jsonValue(),
      reason: fc.string({ unit: 'binary' }),
    });
    const any = fc.record({
      state: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
      key: fc.string({ unit: 'binary' }),
      netbox: fc.jsonValue(),
      fields: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string({ unit: 'binary' }), field)),
      also: fc.jsonValue(),
      error: fc.jsonValue(),
    });
    fc.assert(
      fc.property(any, (value) => {
        const parsed = JSON.parse(JSON.stringify(value)) as JsonObject;
        const lines = [...planLines(parsed, { all: true }), ...problemLines(parsed, [parsed], () => 'line 1')];
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must not be there
        for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('the last line', () => {
  const totals = { sent: 3, accepted: 2, refused: 1, counts: { applied: 2 }, syncIds: ['a', 'b'] };

  it('says how to follow, what landed, or what is planned', () => {
    expect(summaryLine(totals, { dryRun: false, wait: false })).toBe(
      '3 sent, 2 accepted, 1 refused; follow with: diode get /api/v1/sync/a/status (and 1 more)',
    );
    expect(summaryLine(totals, { dryRun: false, wait: true })).toBe('3 sent, 2 accepted, 1 refused: 2 applied');
    expect(summaryLine(totals, { dryRun: true, wait: false })).toContain(
      'dry run, nothing written: 2 would be applied',
    );
    expect(summaryLine({ ...totals, syncIds: [] }, { dryRun: false, wait: false })).toBe(
      '3 sent, 2 accepted, 1 refused',
    );
  });

  it('names at most twenty syncs', () => {
    const text = sentSoFar({ ...totals, syncIds: Array.from({ length: 25 }, (_, i) => `s${i}`) });
    expect(text).toContain('s19 and 5 more');
  });
});
