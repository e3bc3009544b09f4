import type { Database } from './store/database.js';
import type { Row } from './store/row.js';
import type { Tables } from './tables/load-tables.js';
import type { Json, ReverseSpec, TypeTable } from './tables/table-shapes.js';

/** The tables and the data they describe, with the walks between objects that every part needs. */
export class Engine {
  readonly #contentTypes: ReadonlyMap<string, number>;
  readonly #pointers = new Map<string, readonly Pointer[]>();

  constructor(
    readonly tables: Tables,
    readonly db: Database,
    readonly clock: Clock,
  ) {
    this.#contentTypes = new Map(tables.types.map((type, index) => [type.model, index + 1]));
  }

  /** NetBox's number for a model (ContentType.pk); it differs from installation to installation. */
  contentTypeId(model: string): number {
    return this.#contentTypes.get(model) ?? 0;
  }

  row(model: string, id: Json | undefined): Row | undefined {
    return typeof id === 'number' ? this.db.get(model, id) : undefined;
  }

  /** The object a foreign key column of `row` names. */
  related(type: TypeTable, row: Row, column: string): Row | undefined {
    const to = type.columns[column]?.to;
    return to === undefined ? undefined : this.row(to, row[column]);
  }

  /** Ids of the objects that name `id` through the reverse relation. */
  reverseIds(model: string, relation: ReverseSpec, id: number): readonly number[] {
    if (relation.kind !== 'generic') return [...this.db.table(relation.to).where(relation.field, id)];
    return [...this.genericIds(relation.to, relation.type ?? '', relation.id ?? '', model, id)];
  }

  /** Ids of the rows of `to` whose generic pair names (`model`, `id`). */
  genericIds(to: string, typeColumn: string, idColumn: string, model: string, id: number): ReadonlySet<number> {
    const index = this.db.table(to).index(`&${typeColumn}.${idColumn}`, (row) => {
      const [of, pk] = [row[typeColumn], row[idColumn]];
      return typeof of === 'string' && typeof pk === 'number' ? `${of}#${pk}` : undefined;
    });
    return index.get(`${model}#${id}`) ?? nobody;
  }

  /** Every column in NetBox that can name an object of `model`. */
  pointersTo(model: string): readonly Pointer[] {
    let pointers = this.#pointers.get(model);
    if (!pointers) {
      pointers = this.tables.types.flatMap((type) =>
        Object.entries(type.columns).flatMap(([column, spec]): Pointer[] =>
          spec.to === model ? [{ type, column, onDelete: spec.onDelete ?? 'CASCADE', many: isMany(spec.kind) }] : [],
        ),
      );
      this.#pointers.set(model, pointers);
    }
    return pointers;
  }
}

export interface Pointer {
  readonly type: TypeTable;
  readonly column: string;
  readonly onDelete: string;
  readonly many: boolean;
}

/** Where the stand-in takes time and identifiers from. */
export interface Clock {
  /** Now, to the microsecond, as NetBox writes it: `2026-11-22T16:27:06.546797Z`. */
  now(): string;
  uuid(): string;
}

export const isMany = (columnKind: string): boolean =>
  columnKind === 'ManyToManyField' || columnKind === 'TaggableManager';

const nobody: ReadonlySet<number> = new Set();
