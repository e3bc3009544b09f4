/**
 * The configuration file of our own Redis; it holds the password, so it is 0600. Redis carries keys that Postgres can
 * give again (I2): the append-only file, synced once a second, spares that work after a restart and no more.
 */
export function redisSettings(at: { port: number; dir: string; password: string; durable: boolean }): string {
  const lines = [
    'bind 127.0.0.1',
    'protected-mode yes',
    `port ${at.port}`,
    'unixsocket ""',
    `requirepass ${at.password}`,
    `dir "${at.dir}"`,
    `pidfile "${at.dir}/redis.pid"`,
    'daemonize no',
    'logfile ""',
    'loglevel warning',
    // Our arguments stay visible, so that the next start knows its own server from any other.
    'set-proc-title no',
    'save ""',
    `appendonly ${at.durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'auto-aof-rewrite-min-size 16mb',
    // Nothing may be dropped to make room: a full Redis must say so.
    'maxmemory-policy noeviction',
    'tcp-keepalive 60',
  ];
  return `# Written by Diode at every start.\n${lines.join('\n')}\n`;
}
