import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectOutput } from '../../tests/support/collect-output.js';
import { type FakeAnswer, type FakeDiode, type Handler, startFakeDiode } from '../../tests/support/fake-diode.js';
import { makeApi } from '../client/api.js';
import { type CliError, EXIT } from '../exit-codes.js';
import { type ImportFilesDeps, type ImportFilesOptions, importFiles } from './import.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode import ')); // with blanks: paths are never split
});
afterEach(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const csv = (rows: number, name = 'sites.csv'): string =>
  file(name, `name\n${Array.from({ length: rows }, (_, i) => `s${i}\n`).join('')}`);

interface Entity {
  readonly object_type: string;
  readonly data: { readonly name: string };
}

/** A Diode that takes everything; a name says what becomes of the record: `held-1` is held. */
function platform(on: { post?: (nth: number) => FakeAnswer | null } = {}): {
  handler: Handler;
  stored: () => readonly string[];
  order: string[];
} {
  const syncs = new Map<string, readonly Entity[]>();
  const order: string[] = [];
  let posts = 0;
  const handler: Handler = (request) => {
    const url = new URL(request.path, 'http://x');
    if (request.method === 'POST') {
      posts += 1;
      const forced = on.post?.(posts) ?? null;
      if (forced !== null) return forced;
      const { entities } = JSON.parse(request.body) as { entities: readonly Entity[] };
      const refused = entities.flatMap((e, i) =>
        e.data.name.startsWith('refused')
          ? [{ pointer: `/entities/${i}/data/name`, detail: 'not this', remedy: 'Another.' }]
          : [],
      );
      const taken = entities.filter((e) => !e.data.name.startsWith('refused'));
      const id = String(request.headers['idempotency-key']);
      syncs.set(id, taken);
      order.push(`sent ${taken.map((e) => e.object_type).join(' ')}`);
      return {
        status: 202,
        json: { sync_id: id, accepted: taken.length, refused: refused.length, errors: refused },
      };
    }
    const id = decodeURIComponent(url.pathname.split('/')[4] ?? '');
    const taken = syncs.get(id);
    if (taken === undefined) return { status: 404, json: { title: 'unknown' } };
    const entities = taken.map((e, index) => receipt(e, index));
    const counts: Record<string, number> = {};
    for (const { state } of entities) counts[state] = (counts[state] ?? 0) + 1;
    if (url.searchParams.get('limit') === '1') order.push('asked');
    return {
      json: {
        status: 'completed',
        counts,
        entities: url.searchParams.get('limit') === '1' ? [] : entities,
        next: null,
      },
    };
  };
  return { handler, stored: () => [...syncs.values()].flatMap((list) => list.map((e) => e.data.name)), order };
}

function receipt(e: Entity, index: number) {
  const [state = ''] = e.data.name.split('-');
  const open = ['held', 'rejected', 'failed', 'unchanged'].includes(state);
  return {
    index,
    state: open ? state : 'applied',
    action: 'create',
    object_type: e.object_type,
    key: e.data.name,
    netbox: { id: 1, url: `http://netbox/${e.data.name}` },
    error: state === 'held' ? { code: 'x', detail: 'which one?', errors: [] } : null,
  };
}

const LIMITS = { entities: 2, bytes: 1_000_000, heldBytes: 1_000_000 };

async function run(
  diode: FakeDiode,
  o: Partial<ImportFilesOptions> & { files: readonly string[] },
  deps: Partial<ImportFilesDeps> & { json?: boolean } = {},
) {
  const output = collectOutput(deps);
  const signal = deps.signal === undefined ? {} : { signal: deps.signal };
  const api = makeApi({ url: diode.url, clientId: 'a', clientSecret: 'b' }, { pause: async () => {}, ...signal });
  const all = { connect: () => api, out: output.out, stdin: Readable.from([]), limits: LIMITS, ...deps };
  const options = { dryRun: false, strict: false, waitSeconds: 60, ...o };
  const outcome = await importFiles(options, all).catch((e: unknown) => e);
  return { outcome, ...output };
}

const keysOf = (diode: FakeDiode) =>
  diode.requests.filter((r) => r.method === 'POST').map((r) => r.headers['idempotency-key']);
const states = () => readdirSync(dir).filter((name) => name.endsWith('.diode-import'));

describe('import', () => {
  it('ends with 0 once every record has its receipt, and leaves nothing behind', async () => {
    const { handler, stored } = platform();
    await using diode = await startFakeDiode(handler);
    const { outcome, stdout } = await run(diode, { files: [csv(5)] });
    expect(outcome, stdout()).toBe(EXIT.ok);
    expect(stored()).toEqual(['s0', 's1', 's2', 's3', 's4']);
    expect(stdout()).toContain('sites.csv: 5 applied\nAll 5 records are done.\n');
    expect(states()).toEqual([]);
  });

  it('reports lines that cannot be read with their place and remedy, and goes on', async () => {
    const { handler, stored } = platform();
    await using diode = await startFakeDiode(handler);
    const lines = ['{"object_type":"sites","data":{"name":"a"}}', '{oops', '{"name":"b"}', '7'];
    const path = file('mixed-1.ndjson', `${lines.join('\n')}\n`);
    const { outcome, stdout } = await run(diode, { files: [path] });
    expect(outcome).toBe(EXIT.attention);
    expect(stored()).toEqual(['a']);
    expect(stdout()).toContain(`unreadable ${path}:2: is not JSON`);
    expect(stdout()).toContain(`unreadable ${path}:3: has no object_type: add it, or --type devices.`);
    expect(stdout()).toContain(`unreadable ${path}:4: is not a JSON object.`);
    expect(stdout()).toContain('3 of 4 records need a look. Correct them and import the file again');
  });

  it('goes on after CSV rows with too many or too few cells', async () => {
    const { handler, stored } = platform();
    await using diode = await startFakeDiode(handler);
    const { outcome, stdout } = await run(diode, {
      files: [file('sites.csv', 'name,slug\na,a\nb,b,c\nd,d\ne\nf,f\n')],
    });
    expect(outcome).toBe(EXIT.attention);
    expect(stored()).toEqual(['a', 'd', 'f']);
    expect(stdout()).toMatch(/unreadable .*sites\.csv:3: has 3 cells, the header 2: quote/);
    expect(stdout()).toMatch(/unreadable .*sites\.csv:5: /);
  });

  it('ends at a broken quote, after which nothing tells where a row begins', async () => {
    const { handler } = platform();
    await using diode = await startFakeDiode(handler);
    const { outcome } = await run(diode, { files: [file('sites.csv', 'name,slug\na,a\n"e"x,e\nf,f\n')] });
    expect(outcome).toMatchObject({ exitCode: EXIT.usage, message: expect.stringMatching(/quote.*line 3/i) });
  });

  it('stops at the first bad line with --strict, and before it has sent what follows', async () => {
    const { handler, stored } = platform();
    await using diode = await startFakeDiode(handler);
    const path = file('sites.ndjson', '{"name":"a"}\n{"name":"b"}\n{oops\n{"name":"c"}\n');
    const { outcome } = await run(diode, { files: [path], strict: true });
    expect(outcome).toMatchObject({ exitCode: EXIT.usage, message: expect.stringContaining('line 3 is not JSON') });
    expect(stored()).toEqual(['a', 'b']);
  });

  it.each(['report.csv', 'report.ndjson'])('writes a line for every record into %s', async (name) => {
    const { handler } = platform();
    await using diode = await startFakeDiode(handler);
    const path = file('sites.csv', 'name\ngood\nheld-1\nrefused-1\n"=1+1"\nx,y\n');
    const report = join(dir, name);
    const { outcome, stdout } = await run(diode, { files: [path], report });
    expect(outcome).toBe(EXIT.attention);
    expect(stdout()).toContain(`held      create sites held-1  http://netbox/held-1  (${path}:3)`);
    expect(stdout()).toContain(`refused   ${path}:4: not this. Another.`);
    const text = readFileSync(report, 'utf8');
    if (name.endsWith('.csv')) {
      expect(text).toContain(`${path},3,line 3,held,create,sites,held-1,http://netbox/held-1,which one?,`);
      expect(text).toContain(",'=1+1,");
      expect(text.trim().split('\n')).toHaveLength(6);
      return;
    }
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const byLine = Object.fromEntries(rows.map((row) => [row.line, row]));
    expect(Object.keys(byLine)).toEqual(['2', '3', '4', '5', '6']);
    expect(byLine[2]).toMatchObject({ state: 'applied', netbox_url: 'http://netbox/good' });
    expect(byLine[3]).toMatchObject({ state: 'held', reason: 'which one?' });
    expect(byLine[4]).toMatchObject({ state: 'refused', reason: 'not this Another.' });
    expect(byLine[6]).toMatchObject({ state: 'unreadable' });
  });

  it('goes on where it stopped, with the keys it had, and sends nothing twice', async () => {
    const { handler, stored } = platform({
      post: (nth) => (nth === 3 ? { status: 500, json: { title: 'oh' } } : null),
    });
    await using diode = await startFakeDiode(handler);
    const path = csv(8);
    const first = await run(diode, { files: [path], report: join(dir, 'r.ndjson') });
    expect(first.outcome).toMatchObject({ exitCode: EXIT.attention });
    expect((first.outcome as CliError).message).toMatch(/The same command goes on from here/);
    expect(states()).toHaveLength(1);
    const before = keysOf(diode);
    const second = await run(diode, { files: [path], report: join(dir, 'r.ndjson') });
    expect(second.outcome).toBe(EXIT.ok);
    expect(second.stdout()).toContain('goes on where it stopped, 2 requests were sent before');
    // The third request was answered 500: it alone is sent again, under the key it had.
    expect(keysOf(diode)).toHaveLength(before.length + 2);
    expect(keysOf(diode)[3]).toBe(before[2]);
    expect(stored()).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7']);
    expect(readFileSync(join(dir, 'r.ndjson'), 'utf8').trim().split('\n')).toHaveLength(8);
    expect(states()).toEqual([]);
  });

  it('drops a line of its state that a kill cut short', async () => {
    const { handler } = platform({ post: (nth) => (nth === 2 ? { status: 500, json: {} } : null) });
    await using diode = await startFakeDiode(handler);
    const path = csv(4);
    await run(diode, { files: [path] });
    const [state = ''] = states();
    writeFileSync(join(dir, state), `${readFileSync(join(dir, state), 'utf8')}{"path":"1","sync`);
    const { outcome } = await run(diode, { files: [path] });
    expect(outcome).toBe(EXIT.ok);
    expect(keysOf(diode)).toHaveLength(3);
  });

  it('begins anew when the file was corrected, and forgets the state of what it was', async () => {
    const { handler } = platform({ post: (nth) => (nth === 1 ? { status: 500, json: {} } : null) });
    await using diode = await startFakeDiode(handler);
    await run(diode, { files: [csv(1)] });
    expect(states()).toHaveLength(1);
    const { outcome, stdout } = await run(diode, { files: [csv(2)] });
    expect(outcome).toBe(EXIT.ok);
    expect(stdout()).not.toContain('goes on');
    expect(states()).toEqual([]);
  });

  it('takes another key in another run, so that what changed in NetBox meanwhile is asserted again', async () => {
    const { handler } = platform();
    await using diode = await startFakeDiode(handler);
    const path = csv(1);
    await run(diode, { files: [path] });
    await run(diode, { files: [path] });
    expect(new Set(keysOf(diode)).size).toBe(2);
  });

  it('waits for each type before it sends the next, in files and between them', async () => {
    const { handler, order } = platform();
    await using diode = await startFakeDiode(handler);
    mkdirSync(join(dir, 'out'));
    writeFileSync(join(dir, 'out', 'devices.csv'), 'name\nd\n');
    writeFileSync(join(dir, 'out', 'devices.late.csv'), 'name\nlate\n');
    writeFileSync(join(dir, 'out', 'sites.csv'), 'name\ns\n');
    expect((await run(diode, { files: [join(dir, 'out')] })).outcome).toBe(EXIT.ok);
    expect(order).toEqual(['sent sites', 'asked', 'sent devices', 'asked', 'sent devices', 'asked']);
    order.length = 0;
    const list = ['sites', 'devices'].map((object_type) => ({ object_type, data: { name: 'x' } }));
    await run(diode, { files: [file('all.json', JSON.stringify(list))] });
    expect(order).toEqual(['sent sites', 'asked', 'sent devices', 'asked']);
  });

  it('plans without writing and without a state', async () => {
    const { handler } = platform();
    await using diode = await startFakeDiode(handler);
    const { outcome, stdout } = await run(diode, { files: [csv(1)], dryRun: true });
    expect(outcome).toBe(EXIT.ok);
    expect(diode.requests[0]?.path).toContain('dry_run=true');
    expect(stdout()).toContain('would     create sites s0');
    expect(stdout()).toContain('1 would be applied; dry run, nothing written');
  });

  it('refuses a place for its state that is none, and a report of no format', async () => {
    const { handler } = platform();
    await using diode = await startFakeDiode(handler);
    const nowhere = await run(diode, { files: [csv(1)], stateDir: join(dir, 'none') });
    expect(nowhere.outcome).toMatchObject({ exitCode: EXIT.config, message: expect.stringContaining('--state-dir') });
    const odd = await run(diode, { files: [csv(1)], report: join(dir, 'report.xlsx') });
    expect(odd.outcome).toMatchObject({ exitCode: EXIT.usage });
    expect(diode.requests).toEqual([]);
  });

  it('is one JSON document with --json', async () => {
    const { handler } = platform();
    await using diode = await startFakeDiode(handler);
    const { stdout, stderr } = await run(diode, { files: [csv(1)] }, { json: true });
    expect(JSON.parse(stdout())).toMatchObject({ records: 1, not_done: 0, files: [{ accepted: 1, unreadable: 0 }] });
    expect(stderr()).toBe('');
  });
});
