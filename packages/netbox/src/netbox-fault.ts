import { DiodeError, type ErrorCode } from '@diode/protocol';

/**
 * Why NetBox could not be asked:
 * - `away` nobody answers as NetBox does: no connection, time-out, 502/503/504, an HTML page
 * - `throttled` 429
 * - `token` the token is missing, wrong, expired or read-only; an operator must act, so nothing is failed for it
 * - `broken` NetBox itself raised (500 with its JSON error); its transaction is rolled back
 * - `refused_query` a 4xx to a question, which is our mistake or a missing permission: terminal
 */
export type NetboxFaultKind = 'away' | 'throttled' | 'token' | 'broken' | 'refused_query';

export interface NetboxFaultOptions {
  readonly kind: NetboxFaultKind;
  readonly detail: string;
  readonly cause?: unknown;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** False only when it is certain that the request changed nothing in NetBox (I4). */
  readonly mayHaveApplied: boolean;
  /** There was no answer in time. */
  readonly timedOut?: boolean;
}

/** The one error this package throws. Retryable unless `refused_query`. */
export class NetboxFault extends DiodeError {
  readonly kind: NetboxFaultKind;
  readonly status: number | null;
  readonly mayHaveApplied: boolean;
  readonly timedOut: boolean;

  constructor(options: NetboxFaultOptions) {
    const code: ErrorCode = options.kind === 'refused_query' ? 'netbox_refused' : 'netbox_unavailable';
    super(code, {
      detail: options.detail,
      ...(options.cause === undefined ? {} : { cause: options.cause }),
      ...(options.kind === 'refused_query' ? {} : { retryAfterMs: options.retryAfterMs ?? 1_000 }),
    });
    this.kind = options.kind;
    this.status = options.status ?? null;
    this.mayHaveApplied = options.mayHaveApplied;
    this.timedOut = options.timedOut ?? false;
  }
}
