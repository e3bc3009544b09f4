import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectTypeRow } from '@diode/catalogue';
import type { JsonObject } from '@diode/protocol';
import { splitLines } from '../read/split-lines.js';
import { makeCsvTable } from './csv-table.js';
import { fileSink, type Sink } from './sink.js';

/** A table has its columns in the first line, and only the last object tells the last of them: objects wait on the disk meanwhile. Gives how many. */
export async function writeCsv(
  entities: AsyncIterable<JsonObject>,
  o: { row: ObjectTypeRow; open: () => Sink },
): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'diode-export-'));
  try {
    const table = makeCsvTable(o.row);
    const path = join(dir, 'objects.ndjson');
    const waiting = fileSink(path);
    let count = 0;
    try {
      for await (const data of entities) {
        table.meet(data);
        count += 1;
        await waiting.write(`${JSON.stringify(data)}\n`);
      }
    } catch (error) {
      waiting.drop();
      throw error;
    }
    await waiting.done();
    if (count > 0) await writeTable(path, table, o.open());
    return count;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function writeTable(path: string, table: ReturnType<typeof makeCsvTable>, sink: Sink): Promise<void> {
  try {
    await sink.write(`${table.header()}\n`);
    for await (const line of splitLines(createReadStream(path, 'utf8'), path))
      await sink.write(`${table.line(JSON.parse(line.text))}\n`);
  } catch (error) {
    sink.drop();
    throw error;
  }
  await sink.done();
}
