export { type CollectedLogs, collectLogs, type LogLine } from './collect-logs.js';
export { type FreshDatabase, type FreshDatabaseOptions, freshDatabase, type Migrate } from './fresh-database.js';
export { freshRedisPrefix } from './fresh-redis-prefix.js';
export { type LeakCheckOptions, leakCheck } from './leak-check.js';
export { redisDatabase } from './redis-database.js';
export { type NodeExit, type SpawnedNode, type SpawnNodeOptions, spawnNode } from './spawn-node.js';
export { type TcpDoor, tcpDoor } from './tcp-door.js';
export { type UntilOptions, until } from './until.js';

import './provided-context.js';

export { startTestIssuer, type TestIssuer, type TestIssuerOptions } from './test-issuer.js';
export { startTestNetbox, type TestNetbox } from './test-netbox.js';
