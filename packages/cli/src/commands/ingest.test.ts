import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectOutput } from '../../tests/support/collect-output.js';
import {
  type FakeAnswer,
  type FakeDiode,
  type Handler,
  type Seen,
  startFakeDiode,
} from '../../tests/support/fake-diode.js';
import { makeApi } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { type IngestDeps, type IngestOptions, ingest } from './ingest.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode-ingest-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const csv = (rows: number): string =>
  file('sites.csv', `name\n${Array.from({ length: rows }, (_, i) => `s${i}\n`).join('')}`);

interface Body {
  readonly source: string;
  readonly entities: readonly { readonly data: { readonly name: string } }[];
}
const bodyOf = (request: Seen): Body => JSON.parse(request.body);

/** Accepts everything; every sync is complete, with one receipt an entity. */
const well: Handler = (request, nth) => {
  if (request.method === 'POST') return accepted(`sync-${nth}`, bodyOf(request).entities.length);
  const limit = Number(new URL(request.path, 'http://x').searchParams.get('limit'));
  const entities = limit === 1 ? [] : [{ state: 'applied', action: 'create', object_type: 'dcim.site', key: 'S0' }];
  return { json: { status: 'completed', counts: { applied: 2 }, entities, next: null } };
};

function accepted(syncId: string, n: number, more: object = {}): FakeAnswer {
  return { status: 202, json: { sync_id: syncId, status: 'queued', accepted: n, refused: 0, errors: [], ...more } };
}

async function run(
  diode: FakeDiode,
  o: Partial<IngestOptions> & { file: string },
  deps: Partial<IngestDeps> & { json?: boolean; isTTY?: boolean } = {},
) {
  const output = collectOutput(deps);
  const api = makeApi(
    { url: diode.url, clientId: 'a', clientSecret: 'b' },
    { pause: async () => {}, ...(deps.signal ? { signal: deps.signal } : {}) },
  );
  const options = { dryRun: false, wait: false, waitSeconds: 60, ...o };
  const all = { connect: () => api, out: output.out, stdin: Readable.from([]), ...deps };
  const outcome = await ingest(options, all).catch((e: unknown) => e);
  return { outcome, ...output };
}

const posts = (diode: FakeDiode): readonly Seen[] => diode.requests.filter((r) => r.method === 'POST');

describe('sending a file', () => {
  it('sends batches of 500 and says how to follow', async () => {
    await using diode = await startFakeDiode(well);
    const { outcome, stdout, stderr } = await run(diode, { file: csv(1_100) });
    expect(outcome).toBe(EXIT.ok);
    expect(posts(diode).map((r) => bodyOf(r).entities.length)).toEqual([500, 500, 100]);
    expect(stdout()).toBe(
      '1100 sent, 1100 accepted, 0 refused; follow with: diode get /api/v1/sync/sync-1/status (and 2 more)\n',
    );
    expect(stderr()).toBe('');
  });

  it('keeps the key of a batch over retries, and takes another in another run', async () => {
    await using diode = await startFakeDiode((request, nth) => (nth === 1 ? { status: 503 } : well(request, nth)));
    const path = csv(1);
    await run(diode, { file: path });
    await run(diode, { file: path });
    const keys = posts(diode).map((r) => r.headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(posts(diode).map((r) => r.body)).toEqual(Array(3).fill(posts(diode)[0]?.body));
  });

  it('asserts as the command line says, else as the file says, else as diode-cli', async () => {
    await using diode = await startFakeDiode(well);
    const lines = ['lldp', undefined].map((source) =>
      JSON.stringify({ source, object_type: 'sites', data: { name: 'a' } }),
    );
    const path = file('x.ndjson', lines.join('\n'));
    await run(diode, { file: path });
    await run(diode, { file: path, source: 'me' });
    expect(posts(diode).map((r) => bodyOf(r).source)).toEqual(['lldp', 'diode-cli', 'me']);
  });

  it('halves a batch that this Diode finds too large, down to one entity, and sends the rest', async () => {
    await using diode = await startFakeDiode((request, nth) => {
      const { entities } = bodyOf(request);
      const tooLarge = entities.length > 2 || entities.some((e) => e.data.name === 's3');
      return tooLarge
        ? { status: 413, json: { title: 'The body is too large', detail: 'limit 1 MiB' } }
        : well(request, nth);
    });
    const { outcome, stdout } = await run(diode, { file: csv(8) });
    expect(outcome).toBe(EXIT.attention);
    expect(stdout()).toContain('refused   line 5: The body is too large: limit 1 MiB.');
    expect(stdout()).toContain('8 sent, 7 accepted, 1 refused');
  });

  it('shows refusals with their line and goes on', async () => {
    const problem = { pointer: '/entities/1/data/name', detail: 'a name is missing', remedy: 'Give one.' };
    await using diode = await startFakeDiode(() => accepted('s', 1, { refused: 1, errors: [problem] }));
    const { outcome, stdout } = await run(diode, { file: csv(2) });
    expect(outcome).toBe(EXIT.attention);
    expect(stdout()).toContain('refused   line 3: a name is missing. Give one.\n');
  });

  it('ends at a refusal that every batch would meet, and says what was sent before', async () => {
    await using diode = await startFakeDiode((request, nth) =>
      nth === 2 ? { status: 403, json: { detail: 'this client may not assert as "x"' } } : well(request, nth),
    );
    const { outcome } = await run(diode, { file: csv(1_500) });
    expect(outcome).toMatchObject({ exitCode: EXIT.unreachable, details: { accepted: 500, sync_ids: ['sync-1'] } });
    expect((outcome as CliError).message).toMatch(
      /may not assert[\s\S]*500 entities were accepted before, in sync sync-1/,
    );
    expect(posts(diode)).toHaveLength(2);
  });

  it('says what was sent before the line that is wrong', async () => {
    await using diode = await startFakeDiode(well);
    const good = `${JSON.stringify({ object_type: 'sites', data: { name: 'a' } })}\n`;
    const { outcome } = await run(diode, { file: file('x.ndjson', `${good.repeat(500)}nope\n`) });
    expect(outcome).toMatchObject({ exitCode: EXIT.usage });
    expect((outcome as CliError).message).toMatch(/line 501 is not JSON[\s\S]*sync-1/);
  });

  it('says that a file is empty, and of a mistake in the file before it asks for credentials', async () => {
    await using diode = await startFakeDiode(well);
    expect((await run(diode, { file: file('sites.csv', 'name\n') })).outcome).toMatchObject({ exitCode: EXIT.usage });
    const connect = () => {
      throw new Error('asked too early');
    };
    expect((await run(diode, { file: join(dir, 'none.csv') }, { connect })).outcome).toBeInstanceOf(CliError);
    expect(diode.requests).toHaveLength(0);
  });

  it('is one JSON document with --json', async () => {
    await using diode = await startFakeDiode(well);
    const { stdout } = await run(diode, { file: csv(2), wait: true }, { json: true });
    expect(JSON.parse(stdout())).toEqual({
      sent: 2,
      accepted: 2,
      refused: 0,
      counts: { applied: 2 },
      sync_ids: ['sync-1'],
    });
  });
});

describe('following', () => {
  it('waits for every sync and counts the receipts over all', async () => {
    let looks = 0;
    await using diode = await startFakeDiode((request, nth) => {
      looks += request.method === 'GET' ? 1 : 0;
      if (request.method === 'GET' && looks < 3)
        return { json: { status: 'running', counts: { queued: 1, applied: 1 } } };
      return well(request, nth);
    });
    const { outcome, stdout } = await run(diode, { file: csv(501), wait: true });
    expect(outcome).toBe(EXIT.ok);
    expect(stdout()).toBe('501 sent, 501 accepted, 0 refused: 4 applied\n');
  });

  it('reads all pages, shows what needs a look and exits 1', async () => {
    await using diode = await startFakeDiode((request, nth) => {
      if (request.method === 'POST') return well(request, nth);
      const second = request.path.includes('cursor=a%2Fb');
      const receipt = {
        state: 'rejected',
        object_type: 'dcim.site',
        key: second ? 'TWO' : 'ONE',
        error: { code: 'x', detail: 'bad\u001b[2J' },
      };
      return {
        json: { status: 'attention', counts: { rejected: 2 }, entities: [receipt], next: second ? null : 'a/b' },
      };
    });
    const { outcome, stdout } = await run(diode, { file: csv(2), wait: true });
    expect(outcome).toBe(EXIT.attention);
    expect(stdout()).toMatch(/ONE[\s\S]*TWO[\s\S]*2 rejected/);
    expect(stdout()).not.toContain('\u001b');
  });

  it('shows the plan of a dry run', async () => {
    await using diode = await startFakeDiode(well);
    const { outcome, stdout } = await run(diode, { file: csv(1), dryRun: true });
    expect(outcome).toBe(EXIT.ok);
    expect(posts(diode)[0]?.path).toContain('dry_run=true');
    expect(stdout()).toContain('would     create dcim.site S0');
    expect(stdout()).toContain('dry run, nothing written: 2 would be applied');
  });

  it('gives up after --wait-seconds, names the sync and loses nothing', async () => {
    await using diode = await startFakeDiode((request, nth) =>
      request.method === 'POST' ? well(request, nth) : { json: { status: 'running', counts: {} } },
    );
    const { outcome } = await run(diode, { file: csv(1), wait: true, waitSeconds: 0 });
    expect(outcome).toMatchObject({ exitCode: EXIT.attention });
    expect((outcome as CliError).message).toMatch(/sync sync-1 is still running after 0 s[\s\S]*why-idle/);
  });

  it('draws its bars on a terminal only, towards the bytes of the file and the entities sent', async () => {
    await using diode = await startFakeDiode(well);
    const { stderr } = await run(diode, { file: csv(2), wait: true }, { isTTY: true });
    expect(stderr()).toMatch(/Sending .*100% .*MiB of .*MiB/);
    expect(stderr()).toMatch(/Receipts .*100% 2 of 2 entities/);
  });
});

describe('Ctrl-C', () => {
  it('ends the sending, says what was sent and exits 130', async () => {
    const controller = new AbortController();
    await using diode = await startFakeDiode((request, nth) => {
      if (nth === 2) controller.abort();
      return well(request, nth);
    });
    const { outcome } = await run(diode, { file: csv(5_000) }, { signal: controller.signal });
    expect(outcome).toMatchObject({ exitCode: EXIT.interrupted });
    expect((outcome as CliError).message).toContain('500 entities were accepted before, in sync sync-1.');
    expect(posts(diode)).toHaveLength(2);
  });

  it('ends the reading of a standard input that says nothing more', async () => {
    const controller = new AbortController();
    const stdin = new Readable({ read: () => {} });
    stdin.push('name\na\n');
    await using diode = await startFakeDiode(well);
    const running = run(diode, { file: '-', format: 'csv', type: 'sites' }, { signal: controller.signal, stdin });
    controller.abort();
    expect((await running).outcome).toMatchObject({ exitCode: EXIT.interrupted });
  });
});
