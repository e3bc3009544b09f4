/** A fault the stand-in plays instead of, or on top of, an answer. */
export interface FaultRule {
  /** Which requests; every one when absent. */
  readonly match?: (method: string, path: string) => boolean;
  /** How often; until removed when absent. */
  readonly times?: number;
  readonly kind: 'status' | 'html' | 'hang' | 'drop' | 'slow' | 'drop-after-commit';
  /** For `status` and `html`: 503 and 502 when absent. */
  readonly status?: number;
  /** A `Retry-After` header, as written. */
  readonly retryAfter?: string;
  /** For `slow`. */
  readonly delayMs?: number;
}

/** The faults in force, the oldest first. */
export class Faults {
  #rules: { readonly rule: FaultRule; left: number }[] = [];

  /** Puts a rule in force; the function takes it away again. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter((one) => one !== entry);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rule that strikes this request, used up by one. */
  strike(method: string, path: string): FaultRule | null {
    const entry = this.#rules.find((one) => one.left > 0 && (one.rule.match?.(method, path) ?? true));
    if (!entry) return null;
    entry.left -= 1;
    return entry.rule;
  }
}
