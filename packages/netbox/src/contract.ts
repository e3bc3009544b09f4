/**
 * What Diode asks of a NetBox, in its own words. `makeNetbox` implements the ports over REST; pacing, breaker, dry run and faults are
 * decorators around the same ports (HOUSE_STYLE 4). Every verb throws `NetboxFault` when NetBox cannot be asked at the moment; what NetBox
 * answers is a value.
 */
import type { Lookup, LookupAnswer, Observed } from '@diode/engine';
import type { JsonObject, ProblemItem } from '@diode/protocol';

/** What `/api/status/` says and what follows from it. */
export interface NetboxStatus {
  /** `4.4.10`; as NetBox spells it. */
  readonly version: string;
  /** A write may carry `changelog_message` (4.4 and later). */
  readonly takesMessages: boolean;
  readonly latencyMs: number;
}

export interface NetboxReader {
  status(signal?: AbortSignal): Promise<NetboxStatus>;
  /** Asks in bulk. The answer has a row for every key; an empty one means NetBox has none. Aliases are not NetBox's: always empty. */
  find(lookups: readonly Lookup[], signal?: AbortSignal): Promise<LookupAnswer>;
  /** The objects among `ids` that exist. */
  getMany(objectType: string, ids: readonly number[], signal?: AbortSignal): Promise<readonly Observed[]>;
}

export interface WriteItem {
  /** NetBox's own REST form (`toRestBody`). */
  readonly body: JsonObject;
  /** Why, for NetBox's change log; dropped where the version has no place for it. */
  readonly message: string;
}

export interface UpdateItem extends WriteItem {
  readonly id: number;
}

/** What NetBox made of a list. It is all or nothing: only `written` changed anything. */
export type WriteAnswer =
  | {
      readonly kind: 'written';
      /** Aligned with the request; null where NetBox skipped an update because the object is gone. */
      readonly objects: readonly (Observed | null)[];
      readonly requestId: string | null;
    }
  | {
      /** A 4xx: NetBox looked at the data and said no. */
      readonly kind: 'refused';
      readonly status: number;
      /** Problems by index in the request; null when NetBox does not say which one it means. */
      readonly culprits: ReadonlyMap<number, readonly ProblemItem[]> | null;
      readonly problems: readonly ProblemItem[];
      readonly requestId: string | null;
    }
  /** 500 IntegrityError: somebody else made the same object in this moment. Read again, plan again. */
  | { readonly kind: 'conflict'; readonly detail: string; readonly requestId: string | null };

export interface NetboxWriter {
  /** One bulk POST. */
  createMany(objectType: string, items: readonly WriteItem[], signal?: AbortSignal): Promise<WriteAnswer>;
  /** One bulk PATCH; ids must be distinct. */
  updateMany(objectType: string, items: readonly UpdateItem[], signal?: AbortSignal): Promise<WriteAnswer>;
}

/** One line of NetBox's change log. */
export interface ObjectChange {
  readonly id: number;
  readonly time: string;
  readonly userName: string;
  readonly requestId: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly objectType: string;
  readonly objectId: number;
  readonly message: string;
}

export type ChangesAnswer =
  | { readonly kind: 'changes'; readonly changes: readonly ObjectChange[]; readonly more: boolean }
  /** The token may not read the change log. */
  | { readonly kind: 'forbidden'; readonly detail: string };

export interface NetboxFeed {
  /** Changes with an id above `afterId`, oldest first, one page. */
  changesSince(afterId: number, signal?: AbortSignal): Promise<ChangesAnswer>;
  /** Id of the newest change, 0 when there is none; null when the token may not look. */
  newestChange(signal?: AbortSignal): Promise<number | null>;
}
