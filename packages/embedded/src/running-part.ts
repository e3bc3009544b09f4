/** Where a part came from. */
export type PartKind = 'embedded' | 'given' | 'system' | 'deb' | 'js';

/** A server that answers, and how to let go of it. */
export interface RunningPart {
  /** Carries the password: never log it. */
  readonly url: string;
  readonly kind: PartKind;
  /** A sentence to show at start when this part is not fit for production, else null. */
  readonly warning: string | null;
  /** The server's process id; null for a given URL and for a server inside this process. Changes when it is restarted. */
  readonly pid: number | null;
  /** Ends a server that is ours, in its graceful way, and frees the lock on the data directory. A given server is left alone. */
  stop(): Promise<void>;
}
