import type { ObjectTypeRow } from '@diode/catalogue';
import type { JsonValue, ProblemItem } from '@diode/protocol';
import type { Observed } from '../contract.js';
import type { Probes } from '../identify/probe.js';
import type { Thing } from './thing.js';

/**
 * How an object is spoken of: it is asserted; a reference names it (`label`), describes it (`nested`) or gives its id; or Diode derived it from
 * something asserted (the address behind `primary_ip4`).
 */
export type Shape = 'asserted' | 'nested' | 'label' | 'id' | 'derived';

/** Where an object was first spoken of. */
export interface Mention {
  /** Index in the batch. */
  readonly entry: number;
  /** In the entity's data; '' for the entity itself. */
  readonly pointer: string;
  /** `site of device SWITCH-01`; null when asserted. */
  readonly because: string | null;
}

/** One custom field an entity sets. */
export interface CustomEntry {
  readonly value: JsonValue;
  readonly definition: GraphNode;
}

/** An address a device is reached at, when no interface was named (READING "The seed's device", management_ip). */
export interface DeviceAddress {
  readonly host: string;
  readonly address: string;
  readonly hasMask: boolean;
  readonly family: 4 | 6;
  /** Other fields said of the address; for a create only. */
  readonly fields: ReadonlyMap<string, FieldInput>;
  readonly pointer: string;
}

export type FieldInput =
  /** `hostOnly`: an address without a mask, which says nothing of the mask NetBox has (I7). */
  | { readonly kind: 'value'; readonly value: JsonValue; readonly hostOnly?: true }
  | { readonly kind: 'node'; readonly node: GraphNode }
  | { readonly kind: 'nodes'; readonly nodes: readonly GraphNode[] }
  | { readonly kind: 'custom'; readonly entries: ReadonlyMap<string, CustomEntry> }
  | { readonly kind: 'address'; readonly address: DeviceAddress };

export type Identity =
  | { readonly kind: 'open' }
  /** SAME, or DIFFERENT from all there is: a thing to be made. */
  | { readonly kind: 'thing'; readonly thing: Thing }
  /** UNKNOWN: several it may be. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Observed[]; readonly detail: string }
  /** Not there, and not to be made. */
  | { readonly kind: 'missing'; readonly problem: Omit<ProblemItem, 'pointer'> }
  /** What its identity hangs on is itself not known. */
  | { readonly kind: 'blocked'; readonly field: string; readonly by: GraphNode };

/** One way an object is spoken of in the batch. Equal ones are one node; nodes that turn out to be one object share a thing. */
export interface GraphNode {
  /** Order of arrival. */
  readonly order: number;
  readonly row: ObjectTypeRow;
  readonly shape: Shape;
  readonly mention: Mention;
  fields: Map<string, FieldInput>;
  /** NetBox id, when given. */
  readonly id: number | null;
  /** Which fields may change an object that exists. A reference changes nothing. */
  readonly writes: 'all' | 'none' | ReadonlySet<string>;
  /** A plain name that takes these fields from the object naming it, once that is known. */
  context: { readonly of: GraphNode; readonly fields: Readonly<Record<string, string>> } | null;
  /** Words to find a device type by; null once they are settled. */
  words: string | null;
  /** Names to remember the object by. */
  aliases: readonly string[];
  /** Fields Diode chose, with the rule and why. */
  chosen: ReadonlyMap<string, { readonly rule: string; readonly reason: string }>;
  identity: Identity;
  probes: Probes | null;
}
