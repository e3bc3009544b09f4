import type { Engine } from '../engine.js';
import type { Row } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import type { FieldErrors } from '../write/refusal.js';
import { cableRules } from './cables.js';
import { componentTemplates } from './component-templates.js';
import { customFieldRules } from './custom-field-rules.js';
import { deviceRules } from './devices.js';
import { interfaceRules } from './interfaces.js';
import { addressRules } from './ip-addresses.js';
import { placeRules } from './places.js';
import { prefixRules } from './prefixes.js';
import { virtualRules } from './virtual.js';
import { vlanRules } from './vlans.js';

export interface CleanContext {
  readonly engine: Engine;
  readonly type: TypeTable;
  readonly row: Row;
  readonly before: Row | null;
}

export interface SerializerContext {
  readonly engine: Engine;
  readonly type: TypeTable;
  readonly attrs: Readonly<Record<string, Json>>;
  readonly before: Row | null;
}

/** What NetBox checks by code for one type, and its tables therefore cannot say. */
export interface Rule {
  /** The REST serializer's own `validate`. */
  readonly serializer?: (context: SerializerContext) => FieldErrors;
  /** Field validators of the model. */
  readonly columns?: readonly { readonly column: string; readonly test: (engine: Engine, row: Row) => string | null }[];
  /** The model's `clean()`: throws ModelError, or gives the row with what it changed. */
  readonly clean?: (context: CleanContext) => Row | undefined;
}

const rules: Readonly<Record<string, Rule>> = {
  ...deviceRules,
  ...interfaceRules,
  ...addressRules,
  ...prefixRules,
  ...placeRules,
  ...vlanRules,
  ...componentTemplates,
  ...customFieldRules,
  ...cableRules,
  ...virtualRules,
};

const nothing: Rule = {};

export const ruleFor = (model: string): Rule => (Object.hasOwn(rules, model) ? (rules[model] ?? nothing) : nothing);
