/** What `scripts/introspect.py` writes. */
import type { Choice, Hop, Json, Shown } from '../src/tables/table-shapes.js';

export interface RawField {
  cls: string;
  source: string;
  required: boolean;
  ro: boolean;
  wo: boolean;
  null?: boolean;
  blank?: boolean;
  kind?: string;
  default?: Json;
  max_length?: number;
  min_length?: number;
  max_value?: number;
  min_value?: number;
  max_value_words?: string;
  min_value_words?: string;
  max_digits?: number;
  decimal_places?: number;
  choices?: Choice[];
  child_choices?: Choice[];
  to?: string;
  nested?: Shown[];
  types?: string[];
  relation?: string;
  allow_empty?: boolean;
  child?: string;
  child_min?: number | null;
  child_max?: number | null;
}

export interface RawColumn {
  cls: string;
  verbose: string;
  null: boolean;
  blank: boolean;
  default: Json;
  unique: boolean;
  unique_message?: string;
  to?: string;
  related_name?: string | null;
  on_delete?: string;
  max_length?: number;
  regexes: [string, string][];
  choices?: Choice[];
}

export interface RawFilter {
  base: string;
  lookup: string;
  exclude: boolean;
  path?: Hop[];
  method?: string;
  to?: string;
  to_field?: string;
  choices?: (string | number | boolean)[];
  null_value?: string;
  conjoined?: boolean;
}

export interface RawConstraint {
  name: string;
  cls: string;
  message: string;
  custom_message: boolean;
  fields?: string[];
  expressions?: string[];
  condition?: string | null;
}

export interface RawType {
  path: string;
  model: string;
  object_name: string;
  verbose: string;
  verbose_plural: string;
  app_verbose: string;
  ordering: string[];
  actions: string[];
  views: string[];
  brief: string[];
  tree: boolean;
  bases: string[];
  change_log: boolean;
  page: string | null;
  fields: Record<string, RawField>;
  model_fields: Record<string, RawColumn>;
  generic: { name: string; type: string; id: string }[];
  generic_relations: { name: string; to: string; type: string; id: string }[];
  reverse: { name: string; to: string; field: string; kind: 'fk' | 'm2m' | 'one' }[];
  unique_together: string[][];
  constraints: RawConstraint[];
  filters: Record<string, RawFilter>;
  search: string[];
}
