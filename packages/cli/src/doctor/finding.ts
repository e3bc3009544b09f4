/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
}

export function fine(check: string, detail: string): Finding {
  return { check, ok: true, detail, remedy: '' };
}

export function failing(check: string, detail: string, remedy: string): Finding {
  return { check, ok: false, detail, remedy };
}
