import type { Receipt } from '@diode/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, type PageView, renderPage } from './render-page.js';

/** Texts that would break out of where they stand, were they not escaped, and any others. */
const text = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    '&amp;',
    '-->',
    ']]>',
  ),
  fc.string({ unit: 'binary' }),
  fc.string(),
);

const receipt = (t: string, linked: boolean, failed: boolean): Receipt => ({
  index: 0,
  object_type: t,
  key: t,
  state: failed ? 'rejected' : 'applied',
  action: 'create',
  netbox: linked ? { id: 1, url: t } : null,
  fields: {},
  also: [],
  attempts: 1,
  next_attempt_at: null,
  waiting_for: null,
  error: failed ? { code: 'x', detail: t, errors: [] } : null,
  timing: { received_at: t, planned_at: null, applied_at: null },
});

interface Switches {
  readonly ok: boolean;
  readonly shown: boolean;
  readonly linked: boolean;
  readonly failed: boolean;
  readonly standIn: boolean;
  readonly demo: boolean;
}

const view = (t: string, o: Switches): PageView => ({
  ok: o.ok,
  checks: [{ name: t, ok: o.ok, detail: t }],
  receipts: o.shown
    ? [{ syncId: t, source: t, receivedAt: t, dryRun: o.failed, receipt: receipt(t, o.linked, o.failed) }]
    : null,
  url: t,
  issuerUrl: t,
  netboxUrl: t,
  standIn: o.standIn,
  demo: o.demo,
});

const switches = fc.record({
  ok: fc.boolean(),
  shown: fc.boolean(),
  linked: fc.boolean(),
  failed: fc.boolean(),
  standIn: fc.boolean(),
  demo: fc.boolean(),
});

/** Tags and attributes in order, without the values of attributes. */
const skeleton = (html: string): readonly string[] =>
  (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));

const PLAIN: Switches = { ok: true, shown: true, linked: true, failed: false, standIn: true, demo: true };

describe('the page at /', () => {
  it('has the same tags whatever the texts say', () => {
    fc.assert(
      fc.property(text, switches, (t, o) => {
        expect(skeleton(renderPage(view(t, o)))).toEqual(skeleton(renderPage(view('plain', o))));
      }),
    );
  });

  it('escapes so that nothing is lost', () => {
    fc.assert(
      fc.property(text, (t) => {
        const escaped = escapeHtml(t);
        expect(escaped).not.toMatch(/[<>"']/);
        const back: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
        expect(escaped.replace(/&(?:lt|gt|quot|#39|amp);/g, (e) => back[e] ?? e)).toBe(t);
      }),
    );
  });

  it('loads nothing from elsewhere and runs no script', () => {
    expect(renderPage(view('plain', PLAIN))).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
  });

  it('links objects, says what failed, and which NetBox it is', () => {
    const html = renderPage(view('http://netbox/x', { ...PLAIN, failed: true }));
    expect(html).toContain('<a href="http://netbox/x">http://netbox/x</a>');
    expect(html).toContain('class="bad">rejected');
    expect(html).toContain('the stand-in');
    expect(renderPage(view('x', { ...PLAIN, standIn: false }))).not.toContain('the stand-in');
  });

  it('shows no receipts where others can look, and the published secret in demo mode only', () => {
    expect(renderPage(view('x', { ...PLAIN, shown: false }))).toContain('Shown on loopback only');
    expect(renderPage({ ...view('x', PLAIN), receipts: [] })).toContain('None yet.');
    expect(renderPage(view('x', PLAIN))).toContain('diode-ingest:diode-ingest-secret');
    expect(renderPage(view('x', { ...PLAIN, demo: false }))).toContain('diode-ingest:SECRET');
  });
});
