/**
 * The engine's contract: what goes in, what comes out. The engine is pure and total (I3): no I/O, no clock, no random.
 *
 *   Assertion --prepare(policy)--> Prepared --identify (asks for look-ups)--> Identified --plan(policy)--> Plan
 *
 * A batch is prepared, identified and planned as one graph: a site named by a hundred devices is one node.
 */
import type { ObjectTypeName } from '@diode/catalogue';
import type { Assertion, EntityRef, JsonObject, JsonValue, ProblemItem, Verdict } from '@diode/protocol';

/** What NetBox holds, in normal form: references as ids, choices as raw values, tags as slugs, addresses canonical. */
export interface Observed {
  readonly objectType: ObjectTypeName;
  readonly id: number;
  /** The object's page for people. */
  readonly url: string;
  readonly data: JsonObject;
  readonly lastUpdated: string | null;
}

/** One question for the mirror or NetBox. Values of references are NetBox ids. */
export interface Lookup {
  /** Unique within the request; equal look-ups have equal keys across batches: `dcim.site|slug=dc1`. */
  readonly key: string;
  readonly objectType: ObjectTypeName;
  readonly by:
    | { readonly kind: 'id'; readonly id: number }
    | {
        readonly kind: 'fields';
        /** Field → value; null asks for null. */
        readonly values: Readonly<Record<string, string | number | null>>;
        /** Fields compared without regard to case. */
        readonly fold: readonly string[];
      }
    /** The alias is folded: lower case, single spaces. */
    | { readonly kind: 'alias'; readonly alias: string };
  /** NetBox may hold several that match: what a cache knows of one of them is not the whole answer. */
  readonly many?: true;
  /** Not needed when a look-up with one of these keys (in the same request) has a row; leaving it out then saves NetBox a question (I13). */
  readonly unlessFound?: readonly string[];
}

/** All that match, by look-up key; a key without a row means: looked, and there is none. */
export type LookupAnswer = ReadonlyMap<string, readonly Observed[]>;

/** After policy: renamed, transformed, defaulted and checked. */
export type Prepared =
  | {
      readonly kind: 'ready';
      readonly assertion: Assertion;
      readonly data: JsonObject;
      readonly notes: readonly string[];
      /** References a filter left out of `data`; for the receipt's verdict `excluded`. Absent when there are none. */
      readonly excluded?: readonly ExcludedField[];
    }
  | { readonly kind: 'rejected'; readonly assertion: Assertion; readonly problems: readonly ProblemItem[] };

/** A reference the policy's filters left out: the object goes on without it. */
export interface ExcludedField {
  /** The field of the object that held it, `primary_ip4`. */
  readonly field: string;
  /** Where the client sent it. */
  readonly pointer: string;
  /** `sync-policies.yml:33`. */
  readonly rule: string;
  readonly reason: string;
}

/** A value to write; `{ $change: key }` stands for the id of the object another change of the plan makes or names. */
export type PlannedValue = JsonValue | ChangeRef | readonly (JsonValue | ChangeRef)[];
export interface ChangeRef {
  readonly $change: string;
}

export interface FieldPlan {
  readonly verdict: Verdict;
  readonly from: JsonValue;
  readonly to: PlannedValue;
  readonly rule: string;
  readonly reason: string;
}

/** What is to happen to one NetBox object. */
export interface Change {
  /** Unique in the plan. For a create it is also the canonical key under which two workers exclude each other (I4). */
  readonly key: string;
  readonly objectType: ObjectTypeName;
  /** How a person would name it: `DC1`, `Cisco Catalyst 9300`, `SWITCH-01 / mgmt0`. */
  readonly label: string;
  readonly action: 'create' | 'update' | 'noop' | 'hold' | 'reject';
  /** Known for update and noop. */
  readonly netboxId: number | null;
  readonly url: string | null;
  /** Every field anybody asserted or that is defaulted, with its verdict. Only `written` and `defaulted` are sent. */
  readonly fields: Readonly<Record<string, FieldPlan>>;
  /** Fields among them that are sent in a second write, after every create. */
  readonly late: readonly string[];
  /** 0 = depends on nothing in this plan; a change comes after all changes its (not late) fields name. */
  readonly level: number;
  /** Why Diode touches an object no entity is about: "site of device SWITCH-01"; null when asserted. */
  readonly because: string | null;
  /** What is wrong, for hold and reject. */
  readonly problems: readonly ProblemItem[];
  /** Names to remember for this object, so that the same words find it later (device-type aliases). */
  readonly aliases: readonly string[];
}

export type PlanMode = 'write' | 'observe';

/** What becomes of one assertion if the plan is carried out. */
export interface Outcome {
  readonly ref: EntityRef;
  readonly key: string;
  /** null when the policy rejected it before it was about anything. */
  readonly change: string | null;
  /** Other changes made on its behalf. */
  readonly also: readonly string[];
  readonly problems: readonly ProblemItem[];
}

export interface Plan {
  readonly kind: 'plan';
  /** What it was planned for: a plan made for `observe` is never carried out. */
  readonly mode: PlanMode;
  /** In order of level. */
  readonly changes: readonly Change[];
  readonly outcomes: readonly Outcome[];
}
