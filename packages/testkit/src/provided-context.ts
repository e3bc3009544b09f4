import 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's URL of the run's Postgres, database `postgres`. Tests take a `freshDatabase()` in it. */
    readonly postgresUrl: string;
    /** The run's Redis. Tests take a `freshRedisPrefix()` in it. */
    readonly redisUrl: string;
    /** Tells this run's databases from another's on a server that both use. */
    readonly testRunId: string;
  }
}
