/** A NetBox content type, `dcim.device`. */
export type ObjectTypeName = string;

/** How a field's value is written, read and compared. */
export type FieldKind =
  | 'text' // never null: cleared with ""
  | 'nullable_text' // cleared with null
  | 'slug'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'choice' // read {value,label}, written raw
  | 'date'
  | 'datetime'
  | 'mac'
  | 'ip_address' // host with mask; no mask means /32 or /128
  | 'ip_prefix'
  | 'reference'
  | 'references' // list of ids, order irrelevant
  | 'generic_reference' // the pair <name>_type, <name>_id
  | 'tags'
  | 'custom_fields'
  | 'integers' // list
  | 'ranges' // [[lo, hi], …]
  | 'texts' // list of strings, order irrelevant
  | 'json';

export interface FieldRow {
  readonly name: string;
  readonly kind: FieldKind;
  /** NetBox demands it on POST. */
  readonly required?: boolean;
  readonly nullable?: boolean;
  /** Target of a reference; the allowed targets of a generic reference. */
  readonly to?: readonly ObjectTypeName[];
  readonly choices?: readonly (string | number)[];
  /** What NetBox fills in on create when the field is not sent. */
  readonly netboxDefault?: string | number | boolean | null;
  /** Set by a second write after all objects exist, because it points back (primary_ip4, primary_mac_address). */
  readonly late?: boolean;
  /** Longest string NetBox takes. */
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** Places after the point NetBox keeps. */
  readonly decimalPlaces?: number;
  /** Six hexadecimal digits. */
  readonly color?: boolean;
  /** NetBox lower-cases it. */
  readonly lower?: boolean;
  /** Fields of the object referred to that a plain name takes from this object: a rack named in a device is one of the device's site. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * One way to know an object, in order of strength. A matcher applies when each field is known, where a field in `nullOk`
 * counts as null when absent. `fold` lists fields compared without regard to case.
 */
export interface MatcherRow {
  readonly name: string;
  readonly fields: readonly string[];
  readonly nullOk?: readonly string[];
  readonly fold?: readonly string[];
  /** Fields compared by the host of an address, whatever the mask. */
  readonly host?: readonly string[];
  /** Does not apply when one of these is known. */
  readonly unless?: readonly string[];
  /** A hit is another object when both sides hold a value here and the values differ. */
  readonly unlessDiffers?: readonly string[];
  /** Of several hits, those that agree in these fields, in turn. */
  readonly prefer?: readonly string[];
  /** NetBox enforces that at most one object matches. */
  readonly unique: boolean;
}

/** One NetBox object type as data (DESIGN: adding a type is one row and one fixture). */
export interface ObjectTypeRow {
  readonly name: ObjectTypeName;
  /** NetBox's REST name, `devices`. */
  readonly collection: string;
  /** Below /api/, without slashes at the ends: `dcim/devices`. */
  readonly endpoint: string;
  readonly fields: readonly FieldRow[];
  readonly matchers: readonly MatcherRow[];
  /** Look-ups asked for another reason than identity (the management interfaces of a device). A boolean is indexed when true. */
  readonly indexes?: readonly MatcherRow[];
  /** Other names of fields, built in: `management_ip` → `primary_ip4`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The field that a plain-string reference names first, e.g. `name`, `model`, `address`. */
  readonly labelField: string;
  /** Filled from this field, slugified, when absent on create. */
  readonly slugFrom?: string;
  /** Fields whose objects this one's identity hangs on; the first chain is the containment root. */
  readonly containment: readonly string[];
}
