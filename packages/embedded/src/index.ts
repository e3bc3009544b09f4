export type { Log } from './log.js';
export type { SystemDirs } from './place.js';
export { type StartPostgresOptions, startPostgres } from './postgres/start-postgres.js';
export { type StartRedisOptions, startRedis } from './redis/start-redis.js';
export type { PartKind, RunningPart } from './running-part.js';
