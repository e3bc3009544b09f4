import { hash, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';
import type { Refusal, SendJournal, SentRequest } from '../ingest/sent-request.js';
import { num, objects, str } from '../show/json-fields.js';

const ENDING = '.diode-import';

/** What makes two imports the same one: any difference here is another import, with a state of its own. */
export interface ImportIdentity {
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly contentHash: string;
  readonly target: string;
  readonly clientId: string;
  readonly source: string | null;
  readonly type: string | null;
  readonly format: string;
  /** Most entities of a request: another number cuts the file elsewhere. */
  readonly entitiesPerRequest: number;
}

/** The state of one import, on disk beside its file. */
export interface ImportState extends SendJournal {
  readonly path: string;
  /** Part of every Idempotency-Key. On disk before anything is sent, so that a killed import goes on with the same keys. */
  readonly runId: string;
  /** Requests that were answered in an earlier run. */
  readonly resumed: number;
  /** Every entity has its receipt: nothing is left to go on with. */
  finish(): void;
  /** Keeps the file for another run. */
  close(): void;
}

/**
 * Opens the state of this import in `dir`, or begins one. It is a list of lines, each on the disk before the next request goes out; a last line that a
 * kill cut short is dropped, and its request is sent again under the same key.
 * @throws CliError config when it cannot be written
 */
export function openImportState(identity: ImportIdentity, o: { file: string; dir: string | null }): ImportState {
  const key = hash('sha256', JSON.stringify(identity), 'hex').slice(0, 12);
  const dir = o.dir ?? dirname(o.file);
  const path = join(dir, `${basename(o.file)}.${key}${ENDING}`);
  const kept = read(path);
  const runId = kept?.runId ?? randomUUID();
  const sent = kept?.sent ?? new Map<string, SentRequest>();
  let fd: number;
  try {
    fd = openSync(path, 'a', 0o600);
    ftruncateSync(fd, kept?.bytes ?? 0);
    if (kept === null) append(fd, { diode_import: 1, run: runId, ...identity });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      EXIT.config,
      `the state of this import cannot be kept (${why}): name a directory that can be written with --state-dir.`,
      { cause },
    );
  }
  return {
    path,
    runId,
    resumed: sent.size,
    known: (request) => sent.get(request),
    record: (request) => {
      append(fd, { ...request });
      sent.set(request.path, request);
    },
    finish: () => {
      closeSync(fd);
      rmSync(path, { force: true });
      forgetEarlier(identity, { dir, name: basename(o.file) });
    },
    close: () => closeSync(fd),
  };
}

/** States of the same import with another content: the file was corrected since, nobody goes on with them. */
function forgetEarlier(identity: ImportIdentity, o: { dir: string; name: string }): void {
  for (const found of readdirSync(o.dir)) {
    if (!found.startsWith(`${o.name}.`) || !found.endsWith(ENDING)) continue;
    const path = join(o.dir, found);
    const head = parse(readFileSync(path, 'utf8').split('\n', 1)[0] ?? '');
    const isSame = head !== null && str(head.target) === identity.target && str(head.clientId) === identity.clientId;
    if (isSame) rmSync(path, { force: true });
  }
}

function append(fd: number, line: object): void {
  writeSync(fd, `${JSON.stringify(line)}\n`);
  fsyncSync(fd);
}

interface Kept {
  readonly runId: string;
  readonly sent: Map<string, SentRequest>;
  /** Up to the end of the last whole line. */
  readonly bytes: number;
}

/** null when there is none, or none with a whole first line. */
function read(path: string): Kept | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const sent = new Map<string, SentRequest>();
  let runId: string | null = null;
  let bytes = 0;
  for (let at = 0, end = text.indexOf('\n'); end >= 0; at = end + 1, end = text.indexOf('\n', at)) {
    const line = parse(text.slice(at, end));
    if (line === null) break;
    if (runId === null) {
      if (typeof line.run !== 'string') return null;
      runId = line.run;
    } else sent.set(str(line.path), sentIn(line));
    bytes += Buffer.byteLength(text.slice(at, end)) + 1;
  }
  return runId === null ? null : { runId, sent, bytes };
}

function sentIn(line: JsonObject): SentRequest {
  return {
    path: str(line.path),
    syncId: typeof line.syncId === 'string' ? line.syncId : null,
    entities: num(line.entities),
    accepted: num(line.accepted),
    refused: objects(line.refused).map(
      (r): Refusal => ({ index: num(r.index), detail: str(r.detail), remedy: str(r.remedy) }),
    ),
  };
}

function parse(line: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(line);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
