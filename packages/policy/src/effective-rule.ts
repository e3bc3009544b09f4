import type { Origin } from '@diode/engine';
import type { Channel } from '@diode/protocol';

/** One rule in force, in words, with where it was written: a row of `GET /api/v1/policies`. */
export interface EffectiveRule {
  /** NetBox content type; null for what holds for all. */
  readonly objectType: string | null;
  /** `mapping`, `transformation`, `custom_field`, `default`, `filter`, `required`, `check`, `setting`. */
  readonly kind: string;
  readonly field: string | null;
  readonly says: string;
  /** null = everywhere. */
  readonly channels: readonly Channel[] | null;
  readonly sources: readonly string[] | null;
  readonly origin: Origin;
}
