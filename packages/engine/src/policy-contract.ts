/** What the engine asks of a policy. `@diode/policy` compiles the YAML files into this; nothing here does I/O. */
import type { ObjectTypeName } from '@diode/catalogue';
import type { Channel, JsonValue } from '@diode/protocol';

/** Where a rule was written, for receipts (I8): `sync-policies.yml:12`. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  /** Dotted key, `sync_policies.devices.transformations.name`. */
  readonly key: string;
}

/** Renames `from` (a path in the asserted data) to `to`, if `to` is absent and the value has the shape `to` takes. */
export interface Mapping {
  readonly from: readonly string[];
  readonly to: string;
  readonly origin: Origin;
}

/** A pure change of one field's value. Gives the value back unchanged when it does not apply. */
export interface Transformation {
  readonly field: string;
  readonly apply: (value: JsonValue) => JsonValue;
  readonly origin: Origin;
}

/** `custom_fields:` of transformations.yml, and `fields.custom` of sync-policies.yml. */
export interface CustomFieldRule {
  readonly name: string;
  /** Path in the asserted data (before mappings) the value is read from, if the field itself is absent. */
  readonly source: readonly string[] | null;
  readonly default: JsonValue | undefined;
  readonly format: 'iso8601' | null;
  /** NetBox custom-field type to make it with, when NetBox lacks it; null = derive from default, format, value. */
  readonly type: string | null;
  /** For `format: iso8601`: written at most once in this time unless something else is written too. */
  readonly minIntervalSeconds: number;
  readonly origin: Origin;
}

/** Gives null when the value passes, else what is wrong in one sentence. */
export interface Check {
  readonly field: string;
  readonly test: (value: JsonValue) => string | null;
  readonly code: string;
  readonly remedy: string;
  readonly origin: Origin;
}

/** The rules for one object type as they hold for one source and channel. */
export interface TypePolicy {
  readonly mappings: readonly Mapping[];
  /** In order: transformations.yml values, then sync-policies.yml transformations. */
  readonly transformations: readonly Transformation[];
  readonly customFields: readonly CustomFieldRule[];
  readonly defaults: Readonly<Record<string, { readonly value: JsonValue; readonly origin: Origin }>>;
  readonly excludePrivate: Origin | null;
  readonly excludeReserved: Origin | null;
  /** Binds an asserted entity that would be created; never an update, a reference or a derived object. */
  readonly required: readonly { readonly field: string; readonly origin: Origin }[];
  readonly checks: readonly Check[];
  /** A difference of case only in a device or VM name is a difference. */
  readonly enforceCase: boolean;
}

/** Values a created object gets when nobody said (READING "The seed's device"). */
export interface CreateDefaults {
  /** Name of the device role given to a device without one. */
  readonly role: string;
  /** Name of the manufacturer of a device type nobody named a manufacturer for. */
  readonly manufacturer: string;
  /** Leading words that are taken for a manufacturer: `Cisco`, `Juniper`, … */
  readonly manufacturers: readonly string[];
  readonly interfaceName: string;
  readonly interfaceType: string;
  readonly origin: Origin;
}

export interface Policy {
  readonly kind: 'policy';
  /** SHA-256 of the files, hex. */
  readonly version: string;
  readonly typePolicy: (objectType: ObjectTypeName, where: { source: string; channel: Channel }) => TypePolicy;
  readonly defaults: CreateDefaults;
  /** May an object of this type be made because something refers to it? */
  readonly mayCreateReference: (objectType: ObjectTypeName) => boolean;
}
