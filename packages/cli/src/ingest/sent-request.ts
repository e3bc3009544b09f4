/** One entity of a request that Diode refused. */
export interface Refusal {
  /** Its place in the request, from 0. */
  readonly index: number;
  readonly detail: string;
  readonly remedy: string;
}

/** A request that was answered. */
export interface SentRequest {
  /** Which of the file: `12`, or `12.0` and `12.1` when Diode wanted request 12 halved. */
  readonly path: string;
  /** null when Diode took none of it. */
  readonly syncId: string | null;
  readonly entities: number;
  readonly accepted: number;
  readonly refused: readonly Refusal[];
}

/** Remembers what was answered, so that another run of the same import does not send it again. */
export interface SendJournal {
  known(path: string): SentRequest | undefined;
  /** On the disk when it returns. */
  record(sent: SentRequest): void;
}
