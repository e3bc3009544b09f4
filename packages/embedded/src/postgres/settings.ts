/** What may differ between a server that people trust and one that a test throws away. */
export interface PostgresTuning {
  /** False: no fsync. A crash of the machine, not of a process, may then lose everything. For tests. */
  readonly durable: boolean;
}

/**
 * The whole postgresql.conf, written at every start, so that a newer Diode's settings reach an older data directory.
 * Sized for a small machine: idle it takes about 60 MB. `local.conf` beside it, if somebody makes one, has the last word.
 */
export function postgresSettings(port: number, tuning: PostgresTuning): string {
  const settings: Record<string, string | number> = {
    // Loopback TCP only, and no socket file: those are shared by every user of the machine.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    password_encryption: 'scram-sha-256',
    max_connections: 100,
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '512MB',
    huge_pages: 'off',
    // Short statements of known plans: compiling them costs more than it saves.
    jit: 'off',
    // Nothing replicates from this server, so the log need only recover it, and two processes less are kept.
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_logical_replication_workers: 0,
    wal_compression: 'on',
    min_wal_size: '80MB',
    max_wal_size: '512MB',
    checkpoint_timeout: '15min',
    // A partition a day for several tables, all locked by one statement that does not name its days.
    max_locks_per_transaction: 256,
    random_page_cost: 1.1,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Failing statements are the clients' to report, and carry data: the server's log is about the server.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    ...(tuning.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value}'`);
  return `# Written by Diode at every start. Put your own settings into local.conf beside this file.\n${lines.join('\n')}\ninclude_if_exists 'local.conf'\n`;
}
