/** One parsed line of pino's. */
export interface LogLine {
  readonly level: number;
  readonly msg?: string;
  readonly [key: string]: unknown;
}

export interface CollectedLogs {
  /** Give it to pino as its destination. */
  readonly destination: { write(text: string): void };
  /** Everything as written: search it for secrets. */
  text(): string;
  lines(): readonly LogLine[];
  /** Lines of level error (50) and worse. */
  errors(): readonly LogLine[];
}

/** A destination for a pino logger that keeps what is written to it. */
export function collectLogs(): CollectedLogs {
  let written = '';
  const lines = (): LogLine[] =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  return {
    destination: {
      write: (text) => {
        written += text;
      },
    },
    text: () => written,
    lines,
    errors: () => lines().filter((line) => line.level >= 50),
  };
}
