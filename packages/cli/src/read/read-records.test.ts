import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliError, EXIT } from '../exit-codes.js';
import type { FileRecord } from './entities-in.js';
import { FORMATS, type Format } from './format.js';
import { openRecords } from './read-records.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode-read-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function fromFile(name: string, content: string | Uint8Array, type?: string): Promise<readonly FileRecord[]> {
  const file = join(dir, name);
  writeFileSync(file, content);
  return all(openRecords({ file, stdin: Readable.from([]), ...(type ? { type } : {}) }).records);
}

function fromStdin(chunks: readonly Uint8Array[], format: Format, type = 'devices'): Promise<readonly FileRecord[]> {
  return all(openRecords({ file: '-', stdin: Readable.from(chunks), format, type }).records);
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function mistake(reading: Promise<unknown>): Promise<CliError> {
  const error = await reading.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(CliError);
  expect((error as CliError).exitCode).toBe(EXIT.usage);
  return error as CliError;
}

const device = (name: string) => ({ object_type: 'devices', data: { name } });

describe('JSON files', () => {
  it('reads a batch and keeps its source and timestamp', async () => {
    const batch = {
      source: 'lldp',
      timestamp: '2026-01-31T12:00:00',
      entities: [device('a'), { ...device('b'), timestamp: '2026-02-01T00:00:00Z' }],
    };
    const records = await fromFile('batch.json', JSON.stringify(batch));
    expect(records).toEqual([
      { where: 'item 1', source: 'lldp', entity: { ...device('a'), timestamp: '2026-01-31T12:00:00' } },
      { where: 'item 2', source: 'lldp', entity: { ...device('b'), timestamp: '2026-02-01T00:00:00Z' } },
    ]);
  });

  it('reads a list of bare objects as what the file is called', async () => {
    const records = await fromFile('devices.json', '[{"name": "a"}, {"name": "b"}]');
    expect(records.map((r) => r.entity)).toEqual([device('a'), device('b')]);
  });

  it('reads the body of the seed: data_type, payload, source', async () => {
    const body = { source: 'external_system', data_type: 'device', payload: { name: 'switch-01' } };
    expect(await fromFile('switch-01.json', JSON.stringify(body))).toEqual([
      {
        where: 'item 1',
        source: 'external_system',
        entity: { object_type: 'device', payload: { name: 'switch-01' } },
      },
    ]);
  });

  it('reads a list below data, and one object', async () => {
    const body = { source: 's', timestamp: 't', data: [{ name: 'a' }, { name: 'b' }] };
    const records = await fromFile('sites.json', JSON.stringify(body));
    expect(records.map((r) => [r.where, r.source, r.entity.object_type, r.entity.timestamp])).toEqual([
      ['item 1', 's', 'sites', 't'],
      ['item 2', 's', 'sites', 't'],
    ]);
    expect(await fromFile('one.json', '{"name": "a"}', 'sites')).toHaveLength(1);
  });

  it('takes a byte order mark, and an own type before that of the command line', async () => {
    const records = await fromFile('x.json', `\uFEFF${JSON.stringify([device('a')])}`, 'sites');
    expect(records[0]?.entity.object_type).toBe('devices');
  });

  it('names the file and the item that is wrong', async () => {
    expect((await mistake(fromFile('devices.json', '[{"name": "a"}, 7]'))).message).toMatch(
      /devices\.json, item 2 is not a JSON object/,
    );
    expect((await mistake(fromFile('2026.json', '[{"name": "a"}]'))).message).toMatch(/item 1 has no object_type/);
    expect((await mistake(fromFile('broken.json', '{"name": '))).message).toMatch(/broken\.json is not JSON/);
  });

  it('refuses entities in entities without end', async () => {
    const deep = `${'{"entities":['.repeat(50_000)}${']}'.repeat(50_000)}`;
    expect((await mistake(fromFile('deep.json', deep, 'sites'))).message).toContain('nests entities in entities');
  });
});

describe('NDJSON files', () => {
  it('skips blank lines, takes CRLF, and counts lines as an editor does', async () => {
    const content = `${JSON.stringify(device('a'))}\r\n\r\n  \n${JSON.stringify(device('b'))}`;
    const records = await fromFile('x.ndjson', content);
    expect(records.map((r) => r.where)).toEqual(['line 1', 'line 4']);
  });

  it('keeps the source of each line', async () => {
    const lines = ['lldp', 'ipam'].map((source) => JSON.stringify({ source, ...device('a') }));
    const records = await fromFile('x.jsonl', lines.join('\n'));
    expect(records.map((r) => r.source)).toEqual(['lldp', 'ipam']);
    expect(records[0]?.entity).toEqual(device('a'));
  });

  it('does not split a line at U+2028, which may stand inside a string', async () => {
    const records = await fromFile('x.ndjson', JSON.stringify(device('a\u2028b')));
    expect(records.map((r) => r.entity)).toEqual([device('a\u2028b')]);
  });

  it('puts characters together that two chunks share', async () => {
    const bytes = Buffer.from(`${JSON.stringify(device('Zürich-€-😀'))}\n`);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect((await fromStdin(single, 'ndjson')).map((r) => r.entity)).toEqual([device('Zürich-€-😀')]);
  });

  it('names the line that is wrong', async () => {
    expect((await mistake(fromFile('x.ndjson', '{"a":1}\n\nnope\n', 'sites'))).message).toMatch(
      /x\.ndjson, line 3 is not JSON/,
    );
  });

  it('reads 100,000 lines without holding them', async () => {
    const line = Buffer.from(`${JSON.stringify({ name: 'a'.repeat(500) })}\n`.repeat(1_000));
    const file = openRecords({
      file: '-',
      stdin: Readable.from(Array.from({ length: 100 }, () => line)),
      format: 'ndjson',
      type: 'sites',
    });
    let count = 0;
    for await (const _ of file.records) count += 1;
    expect(count).toBe(100_000);
    expect(file.bytesRead()).toBe(line.byteLength * 100);
  });
});

describe('CSV files', () => {
  it('nests columns, splits tags, leaves empty cells out, takes a mark, quotes and CRLF', async () => {
    const content =
      '\uFEFFname,site.name,site.region.name,tags,comments\r\na,DC1,EU,"x, y,","said ""so"",\r\ntwice"\r\n\r\nb,,,,\r\n';
    const records = await fromFile('devices.csv', content);
    expect(records.map((r) => r.entity.data)).toEqual([
      { name: 'a', site: { name: 'DC1', region: { name: 'EU' } }, tags: ['x', 'y'], comments: 'said "so",\r\ntwice' },
      { name: 'b' },
    ]);
    expect(records[0]?.entity.object_type).toBe('devices');
  });

  it('refuses a header that would lose cells', async () => {
    const of = async (header: string) => (await mistake(fromFile('devices.csv', `${header}\n`))).message;
    expect(await of('name,site,site.name')).toContain('line 1: the columns site and site.name are both there');
    expect(await of('site.name,name,site')).toContain('the columns site and site.name are both there');
    expect(await of('name,name')).toContain('the column name is there twice');
    expect(await of('name;site')).toContain('separate columns by commas');
    expect(await of('name,a..b')).toContain('empty step');
    for (const bad of ['__proto__', 'a.__proto__', '__proto__.x'])
      expect(await of(`name,${bad}`)).toContain('is not the name of a field');
  });

  it('takes names that objects are born with as fields like any other', async () => {
    const [record] = await fromFile('devices.csv', 'constructor.name,toString\na,b\n');
    expect(record?.entity.data).toEqual({ constructor: { name: 'a' }, toString: 'b' });
    expect(Object.getPrototypeOf(record?.entity.data)).toBe(Object.prototype);
  });

  it('ignores a column without name until it holds something', async () => {
    expect(await fromFile('devices.csv', 'name,\na,\n')).toHaveLength(1);
    expect((await mistake(fromFile('devices.csv', 'name,\na,\nb,c\n'))).message).toMatch(
      /devices\.csv, line 3: column 2 has no name/,
    );
  });

  it('names the line of a ragged row and of a broken quote', async () => {
    expect((await mistake(fromFile('devices.csv', 'name,site\na,b\na,b,c\n'))).message).toMatch(/devices\.csv.*line 3/);
    expect((await mistake(fromFile('devices.csv', 'name,site\n"a"x,b\n'))).message).toMatch(/devices\.csv.*line 2/);
  });

  it('asks what the rows are when nothing says it', async () => {
    expect((await mistake(fromFile('2026-export.csv', 'name\na\n'))).message).toContain('Add --type devices');
    expect(await fromFile('2026-export.csv', 'name\na\n', 'sites')).toHaveLength(1);
  });
});

describe('files that cannot be read', () => {
  const bad = Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x0a, 0x5a, 0xfc, 0x0a]);
  it.each(['csv', 'json', 'ndjson'])('says where %s is not UTF-8', async (ending) => {
    expect((await mistake(fromFile(`devices.${ending}`, bad))).message).toMatch(/not UTF-8 \(near line 2\)/);
  });

  it('says that a file is missing, a directory, or of unknown format', async () => {
    const open = async (file: string) => all(openRecords({ file, stdin: Readable.from([]) }).records);
    expect((await mistake(open(join(dir, 'none.csv')))).message).toMatch(/there is no file .*none\.csv/);
    const directory = async () => openRecords({ file: dir, stdin: Readable.from([]), format: 'json' });
    expect((await mistake(directory())).message).toContain('is a directory');
    expect((await mistake(open('x.xlsx'))).message).toContain('--format json, ndjson or csv');
    expect((await mistake(open('-'))).message).toContain('standard input: add --format');
  });

  it('throws nothing but a CliError with exit 2, whatever the bytes are', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }).map((s) => Buffer.from(s)),
      fc.json().map((s) => Buffer.from(s)),
      fc
        .constantFrom('\n', '\r\n', ',', '"', '"",', '__proto__,a\n1,2\n', '{"entities":[', ']}', '\uFEFF')
        .map((s) => Buffer.from(s)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...FORMATS), async (chunks, format) => {
        const outcome = await fromStdin(chunks, format).catch((e: unknown) => e);
        if (Array.isArray(outcome)) {
          for (const { entity } of outcome) expect(typeof entity.object_type).toBe('string');
          return;
        }
        expect(outcome).toBeInstanceOf(CliError);
        expect((outcome as CliError).exitCode).toBe(EXIT.usage);
      }),
      { numRuns: 300 },
    );
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});
