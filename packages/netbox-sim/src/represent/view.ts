import type { Engine } from '../engine.js';
import type { Json, Shown } from '../tables/table-shapes.js';

/** A representation under way: where links point, and how much is shown. */
export interface View {
  readonly engine: Engine;
  /** `http://host:port`, from the request's Host header. */
  readonly base: string;
  /** The fields asked for, with how to show them where that is not the usual way; undefined = all. */
  readonly fields?: ReadonlyMap<string, readonly Shown[] | undefined>;
  /** PATCH: counts that were not asked of the database are left out (REST drops their defaults then). */
  readonly partial?: boolean;
  /** After a POST: the columns its body gave. The answer is made of the object in memory, before the database's share. */
  readonly given?: ReadonlySet<string>;
  /** Whether the query counted related objects (reads and updates do, creates do not: ≤ 4.5). */
  readonly counted: boolean;
  /** The short form of a related object; here so that what shows it need not know how. */
  readonly brief: (view: View, model: string, id: Json | undefined, nested?: readonly Shown[]) => Json;
}
