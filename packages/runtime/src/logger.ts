import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { isSuspicious, redactJsonKeys, redactKeys, redactText } from './redact.js';

export type { DestinationStream, Logger } from 'pino';

/** What `DIODE_LOG_LEVEL` takes, in any case. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const ALIASES: Readonly<Record<string, LogLevel>> = {
  warning: 'warn',
  critical: 'fatal',
  off: 'silent',
  none: 'silent',
};

/** Reads a level in any case (`INFO`, `Warning`); null when it is none. */
export function readLogLevel(text: string): LogLevel | null {
  const word = text.trim().toLowerCase();
  return LOG_LEVELS.find((level) => level === word) ?? ALIASES[word] ?? null;
}

export interface LoggerOptions {
  /** Any case; an unknown one falls back to `info` (the configuration refuses it earlier). */
  readonly level: string;
  readonly service: string;
  readonly instanceId: string;
  readonly destination?: DestinationStream;
}

/**
 * The process's logger: JSON lines, a constant message plus keys. Secrets never reach the destination: values of secret
 * keys are dropped at any depth, and the finished line is searched for credentials in text (URLs, headers, form bodies).
 */
export function makeLogger(o: LoggerOptions): Logger {
  const options = {
    level: readLogLevel(o.level) ?? 'info',
    base: { service: o.service, instance: o.instanceId },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: redactObject,
      log: redactObject,
    },
    serializers: { err: (err: Error) => redactKeys(stdSerializers.err(err)) },
    hooks: { streamWrite: (line: string) => (isSuspicious(line) ? redactText(redactJsonKeys(line)) : line) },
  };
  return o.destination === undefined ? pino(options) : pino(options, o.destination);
}

function redactObject(bindings: Record<string, unknown>): Record<string, unknown> {
  const clean = redactKeys(bindings);
  return typeof clean === 'object' && clean !== null ? { ...clean } : {};
}
