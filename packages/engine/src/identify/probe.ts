import type { MatcherRow } from '@diode/catalogue';
import type { Lookup } from '../contract.js';

/** One question about who a node is. */
export interface Probe {
  readonly key: string;
  readonly matcher: MatcherRow | null;
  /** It names an object still to be made: then NetBox cannot have it, and there is nothing to ask. */
  readonly virtual: boolean;
  readonly lookup: () => Lookup;
  /** The name was turned into a slug: a hit counts if the slug is the name itself, or the names agree but for case. */
  readonly guessed: boolean;
}

/** The questions about who a node is, made one by one: mostly the first answers. */
export interface Probes {
  readonly made: Probe[];
  /** Matchers looked at so far; after them come those of the guessed slug. */
  next: number;
  guessed: readonly Probe[] | null;
}
