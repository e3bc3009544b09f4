/**
 * The same Redis, another of its numbered databases: for a whole process, whose keys have the product's own prefix, when what it counts
 * must not meet what another file's process counts. Each file takes a number of its own.
 */
export function redisDatabase(redisUrl: string, number: number): string {
  const url = new URL(redisUrl);
  url.pathname = `/${number}`;
  return url.href;
}
