import { objectType } from '@diode/catalogue';
import { type Lookup, lookupKeys, observe } from '@diode/engine';
import { until } from '@diode/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { makeNetbox, type Netbox, type NetboxOptions } from '../src/index.js';
import { type Answer, html, json, type Peer, startPeer } from './peer.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const STATUS = { 'netbox-version': '4.4.10' };

/** Answers `/api/status/` and leaves the rest to the test. */
const withStatus =
  (rest: Answer, version = '4.4.10'): Answer =>
  (seen, response) =>
    seen.url === '/api/status/' ? json(200, { 'netbox-version': version })(seen, response) : rest(seen, response);

async function connect(answer: Answer, options: Partial<NetboxOptions> = {}): Promise<{ peer: Peer; netbox: Netbox }> {
  const peer = await startPeer(answer);
  const netbox = makeNetbox({
    url: peer.url,
    token: 't',
    timeoutMs: 2_000,
    maxConnections: 4,
    types: { rowOf: objectType, observe, lookupKeys },
    probe: { firstMs: 10, maxMs: 50 },
    ...options,
  });
  open.push(peer, netbox);
  return { peer, netbox };
}

const site = (id: number, name: string) => ({
  id,
  name,
  slug: name.toLowerCase(),
  display_url: `http://nb/dcim/sites/${id}/`,
  status: { value: 'active', label: 'Active' },
  last_updated: '2026-01-01T00:00:00Z',
});
const bySlug = (slug: string): Lookup => ({
  key: `dcim.site|slug=${slug}`,
  objectType: 'dcim.site',
  by: { kind: 'fields', values: { slug }, fold: [] },
});
const byId = (id: number): Lookup => ({ key: `dcim.site|id=${id}`, objectType: 'dcim.site', by: { kind: 'id', id } });
const list = (...results: unknown[]) => json(200, { count: results.length, next: null, previous: null, results });
const item = (name: string) => ({ body: { name, slug: name.toLowerCase() }, message: 'because' });

describe('finding', () => {
  it('asks for many in one request and has a row for every question', async () => {
    const { peer, netbox } = await connect(list(site(1, 'A'), site(2, 'B')));
    const answer = await netbox.reader.find([bySlug('a'), bySlug('b'), bySlug('c')]);
    expect([...answer].map(([key, found]) => [key, found.map((one) => one.id)])).toEqual([
      ['dcim.site|slug=a', [1]],
      ['dcim.site|slug=b', [2]],
      ['dcim.site|slug=c', []],
    ]);
    expect(peer.seen).toHaveLength(1);
    expect(peer.seen[0]?.url).toMatch(/^\/api\/dcim\/sites\/\?slug=a&slug=b&slug=c&fields=id,/);
    expect(answer.get('dcim.site|slug=a')?.[0]).toMatchObject({
      url: 'http://nb/dcim/sites/1/',
      data: { status: 'active' },
    });
  });

  it('keeps every request line below what gunicorn takes', async () => {
    const { peer, netbox } = await connect(list());
    await netbox.reader.find(Array.from({ length: 500 }, (_, n) => bySlug(`site-with-a-longer-name-${n}`)));
    expect(peer.seen.length).toBeGreaterThan(3);
    expect(Math.max(...peer.seen.map((one) => one.url.length))).toBeLessThan(3_900);
  });

  it('finds the others when one id is not known there (a 400 for all of them)', async () => {
    const { netbox } = await connect((seen, response) => {
      const ids = [...new URL(seen.url, 'http://x').searchParams.getAll('id')];
      if (ids.includes('999'))
        return json(400, { id: ['Select a valid choice. 999 is not one of the available choices.'] })(seen, response);
      return list(...ids.map((id) => site(Number(id), `S${id}`)))(seen, response);
    });
    const answer = await netbox.reader.find([byId(1), byId(2), byId(999), byId(3)]);
    expect([...answer.values()].map((found) => found.map((one) => one.id))).toEqual([[1], [2], [], [3]]);
  });

  it('pages by id, whatever page size NetBox allows', async () => {
    const { peer, netbox } = await connect((seen, response) => {
      const after = Number(new URL(seen.url, 'http://x').searchParams.get('id__gt') ?? 0);
      const results = [1, 2, 3]
        .filter((id) => id > after)
        .slice(0, 2)
        .map((id) => site(id, `S${id}`));
      json(200, { count: 3, next: after === 0 ? 'more' : null, results })(seen, response);
    });
    const answer = await netbox.reader.find([byId(1), byId(2), byId(3)]);
    expect([...answer.values()].flat().map((one) => one.id)).toEqual([1, 2, 3]);
    expect(peer.seen).toHaveLength(2);
  });
});

describe('writing', () => {
  it('says why in the change log where NetBox takes it, and only there', async () => {
    for (const [version, message] of [
      ['4.4.0', 'because'],
      ['4.3.7', undefined],
    ] as const) {
      const { peer, netbox } = await connect(withStatus(json(201, [site(1, 'A')]), version));
      const answer = await netbox.writer.createMany('dcim.site', [item('A')]);
      expect(answer).toMatchObject({ kind: 'written', requestId: 'r-1', objects: [{ id: 1 }] });
      const sent = peer.seen.at(-1)!;
      expect(sent.url).toBe('/api/dcim/sites/');
      expect((sent.body as { changelog_message?: string }[])[0]!.changelog_message).toBe(message);
    }
  });

  it('names the culprits of a bulk by index', async () => {
    const { netbox } = await connect(withStatus(json(400, [{}, { name: ['site with this name already exists.'] }])));
    const answer = await netbox.writer.createMany('dcim.site', [item('A'), item('B')]);
    expect(answer.kind === 'refused' && [...(answer.culprits ?? [])]).toEqual([
      [1, [expect.objectContaining({ pointer: '/name', detail: 'site with this name already exists.' })]],
    ]);
  });

  it('says it does not know the culprit when NetBox does not', async () => {
    const { netbox } = await connect(withStatus(json(400, { __all__: ['Device name must be unique per site.'] })));
    const answer = await netbox.writer.createMany('dcim.site', [item('A'), item('B')]);
    expect(answer).toMatchObject({ kind: 'refused', culprits: null });
  });

  it('reads the indexed errors of 4.7', async () => {
    const { netbox } = await connect(
      withStatus(
        json(400, {
          detail: '1 of 2 objects could not be created.',
          errors: [{ index: 0, errors: { slug: ['Enter a slug.'] } }],
        }),
      ),
    );
    const answer = await netbox.writer.createMany('dcim.site', [item('A'), item('B')]);
    expect(answer.kind === 'refused' && [...(answer.culprits?.keys() ?? [])]).toEqual([0]);
  });

  it('takes a lost race for a conflict', async () => {
    const { netbox } = await connect(
      withStatus(json(500, { error: 'duplicate key value', exception: 'IntegrityError' })),
    );
    expect(await netbox.writer.createMany('dcim.site', [item('A')])).toMatchObject({ kind: 'conflict' });
  });

  it('joins the answer of a PATCH by id and tells which objects are gone', async () => {
    const { netbox } = await connect(withStatus(json(200, [site(3, 'C'), site(1, 'A')])));
    const updates = [1, 2, 3].map((id) => ({ id, ...item('X') }));
    const answer = await netbox.writer.updateMany('dcim.site', updates);
    expect(answer.kind === 'written' && answer.objects.map((one) => one?.id ?? null)).toEqual([1, null, 3]);
  });

  it('has one address request in flight at most, others beside it', async () => {
    let addresses = 0;
    let most = 0;
    const { netbox } = await connect(
      withStatus((seen, response) => {
        if (!seen.url.startsWith('/api/ipam/ip-addresses/')) return json(201, [site(1, 'A')])(seen, response);
        addresses += 1;
        most = Math.max(most, addresses);
        setImmediate(() => {
          addresses -= 1;
          json(201, [{ id: 7, address: '10.0.0.1/32', display_url: 'http://nb/7' }])(seen, response);
        });
      }),
    );
    const one = () => netbox.writer.createMany('ipam.ipaddress', [{ body: { address: '10.0.0.1/32' }, message: '' }]);
    await Promise.all([one(), one(), netbox.writer.createMany('dcim.site', [item('A')]), one()]);
    expect(most).toBe(1);
  });
});

describe('the breaker', () => {
  it('opens once when NetBox is away, asks nothing meanwhile and closes when it is back', async () => {
    let opened = 0;
    let closed = 0;
    const { peer, netbox } = await connect(html(502, '<html></html>'), {
      onOpen: () => void opened++,
      onClose: () => void closed++,
    });
    await expect(netbox.reader.find([bySlug('a')])).rejects.toThrow('netbox_unavailable');
    await expect(netbox.reader.find([bySlug('a')])).rejects.toThrow('netbox_unavailable');
    expect(peer.seen.filter((one) => one.url !== '/api/status/')).toHaveLength(1);
    peer.answer = json(200, STATUS);
    await until(() => closed === 1);
    expect([opened, netbox.breaker.openFor(), netbox.lastStatus()?.version]).toEqual([1, null, '4.4.10']);
  });

  it('says what it is when the version is too old', async () => {
    const { netbox } = await connect(json(200, { 'netbox-version': '4.1.11' }));
    await expect(netbox.reader.status()).rejects.toThrow('NetBox 4.1.11 is too old');
  });
});
