/** What the parts need of a logger; a pino logger is one. Fields first, then a constant message. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
