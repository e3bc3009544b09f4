import { buildHttpApp, makeLogger } from '@diode/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeNeed } from './edge-needs.js';

const PROTECTED = [
  ['POST', '/api/v1/ingest', 'ingest'],
  ['POST', '/api/v1/ingest/devices', 'ingest'],
  ['POST', '/api/v1/snapshots', 'ingest'],
  ['POST', '/api/v1/snapshots/42/complete', 'ingest'],
  ['GET', '/api/v1/ingest', 'read'],
  ['GET', '/api/v1/sync/status', 'read'],
  ['HEAD', '/api/v1/why-idle', 'read'],
  ['POST', '/api/v1/mode', 'admin'],
  ['DELETE', '/api/v1/ingest', 'admin'],
  ['POST', '/api/v1/ingestion', 'admin'],
  ['get', '/api/v1/mode', 'admin'],
  ['POST', '/diode.v1.IngesterService/Ingest', 'ingest'],
  ['POST', '/diode/diode.v1.IngesterService/Ingest', 'ingest'],
  ['POST', '/diode.v1.ReconcilerService/RetrieveIngestionLogs', 'read'],
  ['POST', '/diode/auth/introspect', 'token'],
  ['POST', '/any/prefix/auth/introspect', 'token'],
  ['GET', '/diode/auth/clients', 'token'],
  ['DELETE', '/auth/clients/abc', 'token'],
] as const;

describe('edgeNeed', () => {
  it.each(PROTECTED)('%s %s needs %s', (method, path, need) => {
    expect(edgeNeed(method, path)).toBe(need);
    expect(edgeNeed(method, `${path}?x=/api/v1/ingest&y=%2e%2e`)).toBe(need);
    expect(edgeNeed(method, path.replaceAll('/', '//'))).toBe(need);
  });

  it('reads an escaped name as part of a collection', () => {
    expect(edgeNeed('GET', '/api/v1/sources/my%20source%2Fand%20100%25')).toBe('read');
    expect(edgeNeed('GET', '/api/v1/sources/caf%C3%A9;x=1')).toBe('read');
  });

  it.each([
    ['POST', '/api/v1/%69ngest'],
    ['POST', '/api/v1/%2569ngest'],
    ['POST', '/api%2Fv1/ingest'],
    ['POST', '/api/v1%2fingest'],
    ['POST', '/api/v1/ingest;x'],
    ['POST', '/api/v1/ingest%3Bx'],
    ['GET', '/api/v1/..;/x'],
    ['GET', '/api/v1/../x'],
    ['GET', '/api/v1/%2e%2e/x'],
    ['GET', '/api/v1/x/%252e%252e/y'],
    ['GET', '/api/v1/a%00b'],
    ['GET', '/api/v1/a%5cb'],
    ['GET', '/api/v1/a\\b'],
    ['GET', '/api/v1/a#b'],
    ['GET', '/api/v1/é'],
    ['GET', '/api/v1/%ff'],
    ['GET', '/api/v1/%zz'],
    ['POST', '/api/v1/ingest/diode.v1.ReconcilerService/x'],
    ['POST', '/api/v1/mode/auth/introspect'],
    ['GET', '/diode.v1.IngesterService/Ingest'],
    ['POST', '/diode.v1.OtherService/Ingest'],
    ['GET', '/api/v2/x'],
    ['GET', '/API/v1/x'],
    ['GET', '/internal/auth/request'],
    ['GET', '/metrics'],
    ['GET', '/'],
    ['GET', ''],
    ['GET', 'http://x/api/v1/x'],
    ['OPTIONS', '*'],
  ])('lets nothing pass at %s %s', (method, path) => {
    expect(edgeNeed(method, path)).toBeNull();
  });

  it('gives no encoding of a protected path another need than the path has', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROTECTED), disguise(), ([method, path, need], hide) => {
        const hidden = hide(path);
        expect([need, null], hidden).toContain(edgeNeed(method, hidden));
      }),
      { numRuns: 3_000 },
    );
  });

  it('agrees with where a router leads any path, or refuses', async () => {
    const app = buildHttpApp({ logger: makeLogger({ level: 'silent', service: 'x', instanceId: 'x' }) });
    for (const need of ['ingest', 'admin', 'read']) {
      const path = `/api/v1/${need === 'ingest' ? 'ingest' : 'mode'}`;
      app.route({ method: need === 'read' ? 'GET' : 'POST', url: path, handler: async () => ({ need }) });
    }
    const likely = fc.constantFrom('/api/v1/ingest', '/api/v1/mode', '/api', '/v1', '/ingest', '/%69ngest', '/mode');
    const odd = fc.constantFrom('/', '%2f', '..', '.', ';', '%2e', '%25', '%6dode', '//');
    const paths = fc
      .array(fc.oneof({ arbitrary: likely, weight: 3 }, odd), { minLength: 1, maxLength: 3 })
      .map((list) => `/${list.join('')}`);
    let routed = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST'), paths, async (method, path) => {
        const answer = await app.inject({ method: method === 'GET' ? 'GET' : 'POST', url: path });
        if (answer.statusCode !== 200) return;
        routed += 1;
        expect([answer.json<{ need: string }>().need, null]).toContain(edgeNeed(method, path));
      }),
      { numRuns: 1_000 },
    );
    expect(routed).toBeGreaterThan(20);
  });
});

/** A way to write a path that some hop may read as the path itself. */
function disguise(): fc.Arbitrary<(path: string) => string> {
  const escaped = (char: string, upper: boolean): string => {
    const hex = char.charCodeAt(0).toString(16).padStart(2, '0');
    return `%${upper ? hex.toUpperCase() : hex}`;
  };
  const step = fc.record({
    at: fc.nat(60),
    how: fc.constantFrom('escape', 'twice', 'slash', 'dot', 'parameter', 'up'),
    upper: fc.boolean(),
  });
  return fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => (path: string) => {
    let hidden = path;
    for (const { at, how, upper } of steps) {
      const i = at % hidden.length;
      const char = hidden[i] ?? '/';
      const slash = hidden.indexOf('/', i) === -1 ? 0 : hidden.indexOf('/', i);
      const insert = (text: string): string => hidden.slice(0, slash) + text + hidden.slice(slash);
      if (how === 'escape') hidden = hidden.slice(0, i) + escaped(char, upper) + hidden.slice(i + 1);
      if (how === 'twice') hidden = `${hidden.slice(0, i)}%25${escaped(char, upper).slice(1)}${hidden.slice(i + 1)}`;
      if (how === 'slash') hidden = insert('/');
      if (how === 'dot') hidden = insert('/.');
      if (how === 'parameter') hidden = insert(';a=b');
      if (how === 'up') hidden = insert('/x/..');
    }
    return hidden.startsWith('/') ? hidden : `/${hidden}`;
  });
}
