import type { MatcherRow } from '@diode/catalogue';
import type { Lookup } from '../contract.js';

/** One question about who a node is. */
export interface Probe {
  readonly key: string;
  readonly matcher: MatcherRow | null;
  /** null when it names an object still to be made: then NetBox cannot have it. */
  readonly lookup: Lookup | null;
  /** The name was turned into a slug: a hit counts if the slug is the name itself, or the names agree but for case. */
  readonly guessed: boolean;
}
