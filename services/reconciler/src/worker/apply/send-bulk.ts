import type { Change, Observed } from '@diode/engine';
import { NetboxFault, type NetboxWriter, type Pacer, type WriteAnswer } from '@diode/netbox';
import type { JsonObject, ProblemItem } from '@diode/protocol';
import type { ChangeResult } from './change-result.js';

/** One recorded change, ready to be sent. */
export interface Sendable {
  readonly changeId: string;
  readonly change: Change;
  readonly netboxId: number | null;
  readonly body: JsonObject;
  readonly message: string;
}

export interface Sent {
  readonly item: Sendable;
  readonly result: ChangeResult;
  readonly requestId: string | null;
  /** What the journal is told; `unsettled` leaves the change to be resolved by reading NetBox (I4). */
  readonly settle: 'applied' | 'refused' | 'not_sent' | 'unsettled';
}

export interface SendDeps {
  readonly writer: NetboxWriter;
  readonly pacer: Pick<Pacer, 'batchSize'>;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Told after each request, so that the journal is settled as early as can be. */
  readonly onSent: (sent: readonly Sent[]) => Promise<void>;
}

/** A batch NetBox raised on is sent once more as it is (deadlocks between bulk POSTs, facts/netbox.md §6) before it is halved. */
const SAME_AGAIN = 2;

/**
 * Sends changes of one type and action in bulk. A bulk is all or nothing in NetBox, so one that fails is reduced to its culprits: by index where
 * NetBox names them, else by halves; the rest goes through (I11).
 */
export async function sendBulk(
  deps: SendDeps,
  objectType: string,
  items: readonly Sendable[],
): Promise<readonly Sent[]> {
  const done: Sent[] = [];
  let rest = items;
  while (rest.length > 0) {
    const size = deps.pacer.batchSize(objectType);
    done.push(...(await sendOne(deps, objectType, rest.slice(0, size), 0)));
    rest = rest.slice(size);
  }
  return done;
}

async function sendOne(
  deps: SendDeps,
  objectType: string,
  items: readonly Sendable[],
  tries: number,
): Promise<readonly Sent[]> {
  let answer: WriteAnswer;
  try {
    answer = await request(deps, objectType, items);
  } catch (error) {
    if (!(error instanceof NetboxFault)) throw error;
    if (error.kind === 'broken' && items.length > 1) {
      return tries < SAME_AGAIN ? sendOne(deps, objectType, items, tries + 1) : halves(deps, objectType, items);
    }
    return tell(
      deps,
      items.map((item) => faulted(item, error)),
    );
  }
  switch (answer.kind) {
    case 'written': {
      const { objects, requestId } = answer;
      return tell(
        deps,
        items.map((item, index) => written(deps, item, objects[index] ?? null, requestId)),
      );
    }
    case 'conflict':
      if (items.length > 1) return halves(deps, objectType, items);
      return tell(
        deps,
        items.map((item) => ({
          item,
          result: { kind: 'again', reason: 'conflict' },
          requestId: null,
          settle: 'not_sent',
        })),
      );
    case 'refused':
      return reduce(deps, objectType, items, answer);
    default:
      return answer satisfies never;
  }
}

function request(deps: SendDeps, objectType: string, items: readonly Sendable[]): Promise<WriteAnswer> {
  const updates = items.flatMap(({ netboxId, body, message }) =>
    netboxId === null ? [] : [{ id: netboxId, body, message }],
  );
  return updates.length === items.length
    ? deps.writer.updateMany(objectType, updates, deps.signal)
    : deps.writer.createMany(objectType, items, deps.signal);
}

async function reduce(
  deps: SendDeps,
  objectType: string,
  items: readonly Sendable[],
  answer: WriteAnswer & { readonly kind: 'refused' },
): Promise<readonly Sent[]> {
  const { culprits, status } = answer;
  const refused = (item: Sendable, problems: readonly ProblemItem[]): Sent => ({
    item,
    result: { kind: 'refused', status, problems },
    requestId: answer.requestId,
    settle: 'refused',
  });
  // A missing permission or observe mode concerns all of them alike.
  if (items.length === 1 || status === 403 || status === 0)
    return tell(
      deps,
      items.map((item) => refused(item, answer.problems)),
    );
  if (culprits === null) return halves(deps, objectType, items);
  const bad = items.flatMap((item, index) => {
    const problems = culprits.get(index);
    return problems === undefined ? [] : [refused(item, problems)];
  });
  const good = items.filter((_, index) => !culprits.has(index));
  await deps.onSent(bad);
  return [...bad, ...(good.length > 0 ? await sendOne(deps, objectType, good, 0) : [])];
}

async function halves(deps: SendDeps, objectType: string, items: readonly Sendable[]): Promise<readonly Sent[]> {
  const middle = Math.ceil(items.length / 2);
  const first = await sendOne(deps, objectType, items.slice(0, middle), 0);
  return [...first, ...(await sendOne(deps, objectType, items.slice(middle), 0))];
}

function written(deps: SendDeps, item: Sendable, observed: Observed | null, requestId: string | null): Sent {
  return observed === null
    ? { item, result: { kind: 'again', reason: 'gone' }, requestId, settle: 'not_sent' }
    : {
        item,
        result: { kind: 'applied', observed, at: new Date(deps.now()).toISOString() },
        requestId,
        settle: 'applied',
      };
}

function faulted(item: Sendable, fault: NetboxFault): Sent {
  return {
    item,
    result: { kind: 'fault', fault },
    requestId: null,
    settle: fault.mayHaveApplied ? 'unsettled' : 'not_sent',
  };
}

async function tell(deps: SendDeps, sent: readonly Sent[]): Promise<readonly Sent[]> {
  await deps.onSent(sent);
  return sent;
}
