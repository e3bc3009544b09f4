import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';

/** One entity as a file says it, and where. */
export interface FileRecord {
  /** `line 12` or `item 3`. */
  readonly where: string;
  /** Who asserts it, when the file says so itself. */
  readonly source: string | null;
  /** `{object_type, data, timestamp?}` as the batch API takes it. */
  readonly entity: JsonObject;
}

/** Hears of a record that cannot be read; the records after it are read all the same. */
export type OnMistake = (mistake: CliError, where: string) => void;

/** What an envelope says for everything inside it. */
interface Around {
  readonly file: string;
  readonly where: string;
  /** Object type for values that do not name one. */
  readonly type: string | null;
  readonly source: string | null;
  readonly timestamp: JsonValue | undefined;
  readonly depth: number;
  readonly onMistake?: OnMistake;
}

/** Envelopes in envelopes: a batch of bodies with lists is the deepest that makes sense. */
const MAX_DEPTH = 3;

/**
 * The entities of one JSON value: a batch `{source, timestamp, entities}`, a body of the seed `{source, data_type, data|payload}` with an
 * object or a list, an entity `{object_type, data}`, or the bare fields of an object, which get `type`.
 * @throws CliError usage, naming file and place, unless `onMistake` hears of it
 */
export function entitiesIn(
  value: JsonValue,
  o: { file: string; where: string; type: string | null; onMistake?: OnMistake },
): readonly FileRecord[] {
  return readOne(value, { ...o, source: null, timestamp: undefined, depth: 0 });
}

/** A list → its entities, `item 3` each. Lazily, so that a million of them are not copied. */
export function* entitiesOfList(
  list: readonly JsonValue[],
  o: { file: string; type: string | null; onMistake?: OnMistake },
): Generator<FileRecord> {
  for (const [i, value] of list.entries()) yield* entitiesIn(value, { ...o, where: `item ${i + 1}` });
}

function readOne(value: JsonValue, around: Around): readonly FileRecord[] {
  if (around.onMistake === undefined) return read(value, around);
  try {
    return read(value, around);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    around.onMistake(error, around.where);
    return [];
  }
}

function read(value: JsonValue, around: Around): readonly FileRecord[] {
  if (!isJsonObject(value)) throw mistake(around, 'is not a JSON object');
  if (around.depth > MAX_DEPTH) throw mistake(around, 'nests entities in entities');
  if (Array.isArray(value.entities)) return readList(value.entities, inside(value, around));
  const key = value.data === undefined && value.payload !== undefined ? 'payload' : 'data';
  const content = value[key];
  if (Array.isArray(content)) return readList(content, inside(value, around));
  if (!isJsonObject(content)) return [entity({ data: value }, around)];
  return [entity(value, inside(value, around))];
}

function readList(list: readonly JsonValue[], around: Around): readonly FileRecord[] {
  return list.flatMap((item, i) => readOne(item, { ...around, where: placeInList(around.where, i) }));
}

function placeInList(where: string, index: number): string {
  return where === '' ? `item ${index + 1}` : `${where}, item ${index + 1}`;
}

function inside(envelope: JsonObject, around: Around): Around {
  const named = envelope.object_type ?? envelope.data_type;
  return {
    ...around,
    type: typeof named === 'string' ? named : around.type,
    source: typeof envelope.source === 'string' && envelope.source.trim() !== '' ? envelope.source : around.source,
    timestamp: envelope.timestamp ?? around.timestamp,
    depth: around.depth + 1,
  };
}

function entity(value: JsonObject, around: Around): FileRecord {
  if (around.type === null) throw mistake(around, 'has no object_type: add it, or --type devices');
  const { source: _, data_type: __, ...rest } = value;
  const timestamp = around.timestamp === undefined ? {} : { timestamp: around.timestamp };
  return {
    where: around.where === '' ? 'item 1' : around.where,
    source: around.source,
    entity: { ...rest, ...timestamp, object_type: around.type },
  };
}

function mistake(around: Around, what: string): CliError {
  const place = around.where === '' ? around.file : `${around.file}, ${around.where}`;
  return new CliError(EXIT.usage, `${place} ${what}.`);
}
