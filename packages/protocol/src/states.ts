/** Where an entity is on its way (DESIGN "Words"). The last five are terminal. */
export const ENTITY_STATES = [
  'queued',
  'planning',
  'retrying',
  'waiting',
  'applied',
  'unchanged',
  'held',
  'rejected',
  'failed',
] as const;
export type EntityState = (typeof ENTITY_STATES)[number];

export const TERMINAL_STATES = ['applied', 'unchanged', 'held', 'rejected', 'failed'] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];

/** True once nothing more happens to the entity by itself. */
export function isTerminal(state: EntityState): state is TerminalState {
  return (TERMINAL_STATES as readonly string[]).includes(state);
}

export const SYNC_STATUSES = ['queued', 'running', 'completed', 'attention'] as const;
export type SyncStatus = (typeof SYNC_STATUSES)[number];

/** What became of one field. */
export const VERDICTS = [
  'written',
  'equal',
  'defaulted',
  'kept',
  'held',
  'excluded',
  'forbidden',
  'unknown',
  'unresolved',
  'waiting',
  'failed',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export const ACTIONS = ['create', 'update', 'delete', 'noop'] as const;
export type Action = (typeof ACTIONS)[number];

/** How an assertion reached Diode; policies may apply to some channels only. */
export const CHANNELS = ['http', 'grpc'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Sources no client may assert as. */
export const RESERVED_SOURCES = ['netbox', 'diode', 'human'] as const;
