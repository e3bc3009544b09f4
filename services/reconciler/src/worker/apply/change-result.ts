import type { Observed } from '@diode/engine';
import type { NetboxFault } from '@diode/netbox';
import type { ProblemItem } from '@diode/protocol';

/** What became of one planned change when it was applied. */
export type ChangeResult =
  /** NetBox holds it now. */
  | { readonly kind: 'applied'; readonly observed: Observed; readonly at: string }
  /** NetBox looked at it and said no. */
  | { readonly kind: 'refused'; readonly status: number; readonly problems: readonly ProblemItem[] }
  /** What it needs is not there. */
  | { readonly kind: 'blocked'; readonly by: string; readonly state: 'failed' | 'held'; readonly reason: string }
  /** NetBox could not be asked; an unsettled change may be among them. */
  | { readonly kind: 'fault'; readonly fault: NetboxFault }
  /** Another worker is creating it at this moment. */
  | { readonly kind: 'elsewhere'; readonly waitMs: number }
  /** To be planned again in this attempt: a lost race, an object that is gone, a component of a device just made. */
  | { readonly kind: 'again'; readonly reason: string };

/** True for results that stay whatever a second look would give. */
export function isFinal(result: ChangeResult): boolean {
  return result.kind === 'applied' || result.kind === 'refused' || result.kind === 'blocked';
}
