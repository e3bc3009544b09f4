import type { Policy } from '@diode/engine';
import type { EffectiveRule } from './effective-rule.js';
import type { Mistake } from './mistake.js';
import type { Settings } from './settings.js';

/** A key that is understood and checked, and has no effect yet. */
export interface NotInForce {
  readonly file: string;
  readonly line: number;
  readonly key: string;
  readonly why: string;
  /** The capability it comes with: `conflict resolution`, `rate limiting`, … */
  readonly comesWith: string;
}

/** Something that is allowed and may not be meant. */
export interface PolicyWarning {
  readonly file: string;
  readonly line: number;
  readonly key: string;
  readonly message: string;
}

/** Everything the files say, checked and compiled. */
export interface LoadedPolicy {
  readonly kind: 'ok';
  readonly policy: Policy;
  readonly settings: Settings;
  /** Names of the files that were there. */
  readonly files: readonly string[];
  readonly rules: readonly EffectiveRule[];
  readonly notInForce: readonly NotInForce[];
  readonly warnings: readonly PolicyWarning[];
}

export type LoadResult = LoadedPolicy | { readonly kind: 'invalid'; readonly mistakes: readonly Mistake[] };
