import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CliError, EXIT } from '../exit-codes.js';
import { rankOfWord } from '../order/stages.js';
import { typeOf } from '../read/format.js';

const READABLE = /^[^.].*\.(csv|json|ndjson|jsonl)$/i;

/**
 * Files and the files in directories, in the order in which they can be imported: those that do not say their type by their name first, as given,
 * then sites before devices, then what an export wrote for last (`devices.late.csv`).
 * @throws CliError usage when one is not there, or none is left
 */
export function filesInOrder(given: readonly string[], o: { except: string | null }): readonly string[] {
  for (const path of given)
    if (path !== '-' && statSync(path, { throwIfNoEntry: false }) === undefined)
      throw new CliError(EXIT.usage, `there is no file ${path}.`);
  const files = given.flatMap((path) => (isDirectory(path) ? filesIn(path) : [path]));
  const except = o.except === null ? null : resolve(o.except);
  const kept = files.filter((file) => resolve(file) !== except);
  if (kept.length === 0) throw new CliError(EXIT.usage, `${given.join(', ')}: there is no CSV, JSON or NDJSON file.`);
  return kept
    .map((file, i) => ({ file, i, place: placeOf(file) }))
    .sort((a, b) => a.place - b.place || a.i - b.i)
    .map(({ file }) => file);
}

const LATE = 1_000;

function placeOf(file: string): number {
  const type = typeOf(file);
  const rank = type === null ? -1 : (rankOfWord(type) ?? -1);
  return rank + (/^[^.]+\.late\./i.test(basename(file)) ? LATE : 0);
}

function isDirectory(path: string): boolean {
  return path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function filesIn(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((name) => READABLE.test(name))
    .sort()
    .map((name) => join(dir, name));
}
