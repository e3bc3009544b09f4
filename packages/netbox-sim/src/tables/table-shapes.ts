/**
 * The shapes of `generated/tables.json`: what NetBox itself says of each of its object types.
 * Written by `scripts/generate.ts` from the files in `data/`; nothing here is typed by hand per type.
 */

/** A JSON value, as NetBox stores and sends it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `[value, label]` as NetBox shows a choice. */
export type Choice = readonly [value: string | number | boolean, label: string];

/** A field of a related object's short form: `=family` by its bare value, a pair where it is a related object again. */
export type Shown = string | readonly [name: string, fields: readonly Shown[]];

/** How a REST field is read, checked and shown. */
export type FieldKind =
  | 'id'
  | 'url'
  | 'display-url'
  | 'display'
  | 'text'
  | 'int'
  | 'bool'
  | 'decimal'
  | 'date'
  | 'datetime'
  | 'json'
  | 'choice'
  | 'plain-choice'
  | 'ip-address'
  | 'ip-network'
  | 'mac'
  | 'fk'
  | 'fk-pk'
  | 'm2m'
  | 'tags'
  | 'custom-fields'
  | 'content-type'
  | 'content-types'
  | 'generic-object'
  | 'count'
  | 'list'
  | 'ranges'
  | 'terminations'
  | 'related'
  | 'related-list'
  | 'computed';

/** One field of a type's REST representation, in NetBox's order. */
export interface FieldSpec {
  readonly name: string;
  readonly kind: FieldKind;
  /** The column (or relation) read and written; equal to `name` unless said. */
  readonly source: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  /** Taken, never shown. */
  readonly writeOnly?: true;
  readonly null: boolean;
  readonly blank: boolean;
  /** What a non-partial write (POST, PUT) assigns when the field is absent; undefined = nothing. */
  readonly default?: Json;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** The bounds as NetBox words them, where that is not how JavaScript would (`90.0`). */
  readonly minWords?: string;
  readonly maxWords?: string;
  readonly digits?: number;
  readonly places?: number;
  readonly choices?: readonly Choice[];
  /** The type referred to. */
  readonly to?: string;
  /** Fields shown of a related object, where it is not the type's own brief form. */
  readonly nested?: readonly Shown[];
  /** Content types allowed. */
  readonly types?: readonly string[];
  /** The reverse relation counted. */
  readonly relation?: string;
  readonly emptyAllowed?: boolean;
  readonly child?: string;
  readonly childChoices?: readonly Choice[];
  readonly childMin?: number;
  readonly childMax?: number;
}

/** One stored column. */
export interface ColumnSpec {
  readonly verbose: string;
  readonly kind: string;
  readonly null: boolean;
  readonly blank: boolean;
  readonly default?: Json;
  readonly unique?: true;
  /** NetBox's message for a unique column, with Django's placeholders. */
  readonly uniqueMessage?: string;
  readonly to?: string;
  readonly relatedName?: string;
  readonly onDelete?: string;
  readonly maxLength?: number;
  readonly regexes?: readonly (readonly [pattern: string, message: string])[];
}

/** A unique constraint; `lower` columns compare without case, `when` names columns that must be null or non-empty. */
export interface UniqueSpec {
  readonly name: string;
  readonly columns: readonly string[];
  readonly lower: readonly string[];
  readonly whenNull: readonly string[];
  readonly whenNotBlank: readonly string[];
  /** NetBox's own words; undefined = Django's sentence built from the columns. */
  readonly message?: string;
  readonly code: 'columns' | 'violated';
}

/** One step of a filter's path from a type to the value compared. */
export type Hop =
  | { readonly kind: 'field'; readonly name: string; readonly t: string }
  | { readonly kind: 'fk'; readonly name: string; readonly to: string }
  | { readonly kind: 'm2m'; readonly name: string; readonly to: string }
  | { readonly kind: 'reverse'; readonly name: string; readonly to: string; readonly field: string }
  | { readonly kind: 'm2m-reverse'; readonly name: string; readonly to: string; readonly field: string }
  | {
      readonly kind: 'generic-reverse';
      readonly name: string;
      readonly to: string;
      readonly type: string;
      readonly id: string;
    }
  | {
      readonly kind: 'generic-forward';
      readonly name: string;
      readonly to: string;
      readonly type: string;
      readonly id: string;
    }
  | { readonly kind: 'lookup'; readonly name: string }
  | { readonly kind: 'generic'; readonly name: string };

/** The suffixes (`__ic`, `__gte`, …) a filter parameter takes beside its bare name. */
export type SuffixSet = readonly string[];

/** One filter parameter (its suffixed forms are listed, not repeated). */
export interface FilterSpec {
  readonly base: string;
  readonly lookup: string;
  readonly exclude?: true;
  readonly path?: readonly Hop[];
  readonly method?: string;
  readonly to?: string;
  readonly toField?: string;
  /** Values allowed where they are not those of the field compared. */
  readonly choices?: readonly (string | number | boolean)[];
  readonly nullValue?: string;
  readonly conjoined?: true;
  readonly suffixes?: SuffixSet;
}

export interface GenericSpec {
  readonly name: string;
  readonly type: string;
  readonly id: string;
}

export interface ReverseSpec {
  readonly name: string;
  readonly to: string;
  /** The column of `to` that points here, or for generic relations its pair of columns. */
  readonly field: string;
  readonly kind: 'fk' | 'one' | 'm2m' | 'generic';
  readonly type?: string;
  readonly id?: string;
}

export interface TypeTable {
  readonly path: string;
  /** `app.model`, lower case. */
  readonly model: string;
  readonly objectName: string;
  readonly verbose: string;
  readonly verbosePlural: string;
  readonly appVerbose: string;
  readonly ordering: readonly string[];
  /** HTTP methods on the list, lower case. */
  readonly methods: readonly string[];
  /** Bulk POSTs are saved one by one (SequentialBulkCreatesMixin). */
  readonly sequential: boolean;
  readonly brief: readonly string[];
  readonly tree: boolean;
  readonly changeLog: boolean;
  /** The path of its page in NetBox's own UI, with `{id}`. */
  readonly page: string | null;
  readonly fields: readonly FieldSpec[];
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly generic: readonly GenericSpec[];
  readonly reverse: readonly ReverseSpec[];
  readonly unique: readonly UniqueSpec[];
  readonly filters: Readonly<Record<string, FilterSpec>>;
  readonly search: readonly string[];
  /** Features of the model (NetBox's mixins). */
  readonly traits: readonly string[];
}

export interface TablesFile {
  readonly netbox: string;
  readonly types: readonly TypeTable[];
}
