/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
  /** It works today; the remedy says what to do before it does not. */
  readonly warn?: true;
}

export function fine(check: string, detail: string): Finding {
  return { check, ok: true, detail, remedy: '' };
}

export function warning(check: string, detail: string, remedy: string): Finding {
  return { check, ok: true, detail, remedy, warn: true };
}

export function failing(check: string, detail: string, remedy: string): Finding {
  return { check, ok: false, detail, remedy };
}
