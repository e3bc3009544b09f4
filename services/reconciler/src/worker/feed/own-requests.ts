/** Request ids of this process's own writes: what the change feed says about them is known already. Bounded; forgetting one costs a read. */
export interface OwnRequests {
  add(requestId: string): void;
  has(requestId: string): boolean;
}

export function makeOwnRequests(limit = 20_000): OwnRequests {
  const ids = new Set<string>();
  return {
    add(requestId) {
      if (ids.size >= limit) {
        const oldest = ids.values().next();
        if (!oldest.done) ids.delete(oldest.value);
      }
      ids.add(requestId);
    },
    has: (requestId) => ids.has(requestId),
  };
}
