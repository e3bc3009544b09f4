import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { acceptedSchema, problemSchema } from '@diode/protocol';
import { until } from '@diode/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startIngester, WEBHOOK_SECRET } from './harness.js';

let diode: Harness;
let sql: pg.Client;

beforeAll(async () => {
  diode = await startIngester();
  sql = new pg.Client({ connectionString: diode.database.url });
  await sql.connect();
});

afterAll(async () => {
  await sql?.end();
  await diode?.close();
});

const device = (name: string): object => ({ source: 'test', data: { name, device_type: 'T', site: 'S' } });

async function stored(syncId: unknown): Promise<{ object_type: string; data: unknown }[]> {
  const { rows } = await sql.query('SELECT object_type, data FROM entities WHERE sync_id = $1 ORDER BY index', [
    syncId,
  ]);
  return rows.map((r: { object_type: string; data: Buffer }) => ({
    object_type: r.object_type,
    data: JSON.parse(r.data.toString()),
  }));
}

async function countSyncs(): Promise<number> {
  const { rows } = await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM syncs');
  return rows[0]!.n;
}

describe('POST /api/v1/ingest/{collection}', () => {
  it('answers 202 after the rows are committed (I1)', async () => {
    const answer = await diode.post('/api/v1/ingest/devices', device('sw-1'));
    expect(answer.status).toBe(202);
    expect(acceptedSchema.parse(answer.body)).toMatchObject({ accepted: 1, refused: 0, status: 'queued' });
    expect(await stored(answer.body.sync_id)).toEqual([
      { object_type: 'dcim.device', data: { name: 'sw-1', device_type: 'T', site: 'S' } },
    ]);
    const { rows } = await sql.query('SELECT count(*)::int AS n FROM work WHERE sync_id = $1', [answer.body.sync_id]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('takes underscores, payload, lists and naive timestamps', async () => {
    const answer = await diode.post('/api/v1/ingest/ip_addresses', {
      source: 'test',
      timestamp: '2025-08-12T10:00:00.5',
      data_type: 'ip_address',
      payload: [{ address: '192.0.2.1/24' }, { address: '192.0.2.2/24' }],
    });
    expect(answer.body).toMatchObject({ accepted: 2, notes: ['timestamp had no zone, taken as UTC'] });
    expect((await stored(answer.body.sync_id)).map((e) => e.object_type)).toEqual(['ipam.ipaddress', 'ipam.ipaddress']);
  });

  it('keeps every character, NUL and lone surrogates too', async () => {
    const answer = await diode.post('/api/v1/ingest/sites', '{"source":"t","data":{"name":"a\\u0000b\\ud800c😀"}}');
    expect(answer.status).toBe(202);
    expect((await stored(answer.body.sync_id))[0]?.data).toEqual({ name: 'a\u0000b\ud800c😀' });
  });

  it('refuses one entity by index and takes the others', async () => {
    const answer = await diode.post('/api/v1/ingest/devices', {
      source: 'test',
      data: [{ name: 'ok' }, 'not an object'],
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      accepted: 1,
      refused: 1,
      errors: [{ pointer: '/data/1', code: 'data_not_object' }],
    });
  });

  it('refuses all with 422 and stores nothing', async () => {
    const before = await countSyncs();
    const answer = await diode.post('/api/v1/ingest/devices', { source: 'test', data: ['no', 3] });
    expect(answer.status).toBe(422);
    expect(problemSchema.parse(answer.body)).toMatchObject({
      code: 'entity_invalid',
      errors: [{ pointer: '/data/0' }, { pointer: '/data/1' }],
    });
    expect(await countSyncs()).toBe(before);
  });

  it.each([
    ['/api/v1/ingest/gizmos', device('x'), {}, 404, 'unknown_collection'],
    ['/api/v1/ingest/devices', '{"source":', {}, 400, 'body_unreadable'],
    ['/api/v1/ingest/devices', new Uint8Array([0xff, 0xfe]), {}, 400, 'body_unreadable'],
    ['/api/v1/ingest/devices', new Uint8Array([1, 2, 3]), { 'content-encoding': 'gzip' }, 400, 'body_unreadable'],
    ['/api/v1/ingest/devices', '<a/>', { 'content-type': 'text/xml' }, 415, 'unsupported_media_type'],
    ['/api/v1/ingest/devices?wait=forever', device('x'), {}, 400, 'invalid_parameter'],
    ['/api/v1/ingest/devices', { source: 'netbox', data: { name: 'x' } }, {}, 403, 'source_not_allowed'],
    ['/api/v1/ingest', { source: 'test', entities: [] }, {}, 400, 'invalid_request'],
    ['/api/v1/ingest/devices', device('x'), { authorization: 'Bearer nonsense' }, 401, 'unauthenticated'],
    ['/api/v1/ingest/devices', { source: 't', data: Array(10_001).fill({ name: 'x' }) }, {}, 413, 'too_many_entities'],
  ])('%s with a mistake is %#: problem details', async (path, body, headers, status, code) => {
    const answer = await diode.post(path, body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = problemSchema.parse(answer.body);
    expect(problem.code).toBe(code);
    expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('says which scope is missing', async () => {
    const answer = await diode.post('/api/v1/ingest/devices', device('x'), {
      authorization: `Bearer ${await diode.token('reader', 'read')}`,
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'insufficient_scope']);
    expect(answer.body.detail).toContain('diode:ingest');
  });

  it('binds a client to its sources', async () => {
    const authorization = `Bearer ${await diode.token('bound', 'write')}`;
    expect((await diode.post('/api/v1/ingest/devices', device('x'), { authorization })).status).toBe(403);
    const allowed = { source: 'lldp', data: { name: 'x' } };
    expect((await diode.post('/api/v1/ingest/devices', allowed, { authorization })).status).toBe(202);
  });

  it('reads gzip, and bounds what it becomes', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    expect((await diode.post('/api/v1/ingest/devices', gzipSync(JSON.stringify(device('gz'))), gzip)).status).toBe(202);
    const bomb = gzipSync(Buffer.alloc(26 * 1024 * 1024, 0x20));
    expect((await diode.post('/api/v1/ingest/devices', bomb, gzip)).status).toBe(413);
  });
});

describe('Idempotency-Key', () => {
  it('stores once and repeats the answer; another body under it is refused', async () => {
    const key = { 'idempotency-key': 'once-1' };
    const first = await diode.post('/api/v1/ingest/devices', device('idem'), key);
    const before = await countSyncs();
    const again = await diode.post('/api/v1/ingest/devices', device('idem'), key);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await countSyncs()).toBe(before);
    const other = await diode.post('/api/v1/ingest/devices', device('other'), key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_conflict']);
  });

  it('holds when both arrive at once', async () => {
    const key = { 'idempotency-key': 'once-2' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => diode.post('/api/v1/ingest/devices', device('race'), key)),
    );
    expect(new Set(answers.map((a) => a.body.sync_id)).size).toBe(1);
  });
});

describe('POST /api/v1/ingest', () => {
  it('takes NDJSON', async () => {
    const text = [
      '{"object_type":"sites","data":{"name":"A"}}',
      'broken',
      '{"object_type":"dcim.site","data":{"name":"B"}}',
    ].join('\n');
    const answer = await diode.post('/api/v1/ingest?source=nd', text, { 'content-type': 'application/x-ndjson' });
    expect(answer.body).toMatchObject({ accepted: 2, refused: 1, errors: [{ pointer: '/1', code: 'line_not_json' }] });
  });

  it('gives each of many concurrent requests its own rows', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => diode.post('/api/v1/ingest/devices', device(`many-${i}`))),
    );
    expect(answers.every((a) => a.status === 202)).toBe(true);
    const names = await Promise.all(answers.map(async (a) => (await stored(a.body.sync_id))[0]?.data));
    expect(names).toEqual(Array.from({ length: 100 }, (_, i) => ({ name: `many-${i}`, device_type: 'T', site: 'S' })));
  });

  it('answers 202 when the wait is over and nobody reconciled', async () => {
    const answer = await diode.post('/api/v1/ingest/devices?wait=50ms', device('slow'));
    expect(answer.status).toBe(202);
  });
});

describe('POST /api/v1/ingest/webhook', () => {
  it("takes NetBox's signature or a token, and forgets what the mirror holds of the object", async () => {
    await diode.store.put([
      {
        observed: { objectType: 'dcim.site', id: 7, url: 'http://netbox/7', data: { name: 'A' }, lastUpdated: null },
        keys: ['dcim.site|name=a'],
      },
    ]);
    const body = JSON.stringify({ event: 'updated', object_type: 'dcim.site', data: { id: 7 } });
    const signature = createHmac('sha512', WEBHOOK_SECRET).update(body).digest('hex');
    const signed = await fetch(`${diode.url}/api/v1/ingest/webhook`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-hook-signature': signature },
    });
    expect([signed.status, await signed.json()]).toEqual([202, { status: 'noted', object_type: 'dcim.site', id: 7 }]);
    expect(await diode.store.stats()).toEqual([]);
    const forged = await fetch(`${diode.url}/api/v1/ingest/webhook`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-hook-signature': 'f'.repeat(128) },
    });
    expect(forged.status).toBe(401);
    expect(
      (await diode.post('/api/v1/ingest/webhook', { event_type: 'updated', model_type: 'device', data: { id: 1 } }))
        .status,
    ).toBe(202);
    expect((await diode.post('/api/v1/ingest/webhook', { model: 'script', data: { id: 1 } })).body.status).toBe(
      'ignored',
    );
    expect((await diode.post('/api/v1/ingest/webhook', {})).status).toBe(400);
  });
});

describe('with Redis away', () => {
  it('still answers 202 (I2)', async () => {
    const other = await startIngester({ redisUrl: 'redis://127.0.0.1:9/0' });
    try {
      expect((await other.post('/api/v1/ingest/devices', device('no-redis'))).status).toBe(202);
      expect((await other.store.backlog()).total).toBe(1);
    } finally {
      await other.close();
    }
  });
});

describe('with too much work waiting', () => {
  it('refuses with 429 and Retry-After, and says so once', async () => {
    const other = await startIngester({ settings: { maxWaiting: 3 } });
    try {
      await other.post('/api/v1/ingest/devices', { source: 't', data: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
      const refused = await until(async () => {
        const answer = await other.post('/api/v1/ingest/devices', device('d'));
        return answer.status === 429 ? answer : null;
      });
      expect(refused.body.code).toBe('overloaded');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(other.logs.lines().filter((l) => l.msg === 'ingest refuses: too much work waits')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });
});
