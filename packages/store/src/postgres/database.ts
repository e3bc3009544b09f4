/**
 * The pool and the two ways to use it: one statement, or a transaction. Every fault leaves here as a DiodeError, and no broken
 * connection takes the process with it.
 */
import pg from 'pg';
import { isConnectionFault, storageFault } from './storage-fault.js';

/** A statement; named ones are prepared once a connection. Name what runs often and touches no history table by a fixed id. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Connection {
  /** Rows of one statement. The shape is the statement's; the caller names it. */
  query<R extends object = Row>(statement: Statement | string, values?: readonly unknown[]): Promise<readonly R[]>;
}

export interface Database extends Connection {
  /** Runs `work` between BEGIN and COMMIT on one connection; any throw rolls back. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  counts(): { readonly total: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly databaseUrl: string;
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
}

/** Beyond the server's own statement timeout: a server that is gone without a word answers nothing at all. */
const SILENCE_MARGIN_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * Every transaction of ours goes by index. A prepared plan made while `work` was one page would scan it whole, and would still do so
 * a minute later with a hundred thousand rows in it, until statistics catch up.
 */
const BEGIN = 'BEGIN; SET LOCAL enable_seqscan = off';

export function connectionConfig(o: Omit<DatabaseOptions, 'maxConnections'>): pg.ClientConfig {
  return {
    connectionString: o.databaseUrl,
    application_name: 'diode',
    statement_timeout: o.statementTimeoutMs,
    query_timeout: o.statementTimeoutMs + SILENCE_MARGIN_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

function toQuery(statement: Statement | string, values: readonly unknown[]): pg.QueryConfig {
  return typeof statement === 'string'
    ? { text: statement, values: [...values] }
    : { ...statement, values: [...values] };
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({ ...connectionConfig(options), max: options.maxConnections, idleTimeoutMillis: 30_000 });
  // A connection that breaks while idle is dropped by the pool; one that breaks while we hold it fails our next statement.
  // Neither may surface as an unhandled 'error' event, which would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  async function query<R extends object>(statement: Statement | string, values: readonly unknown[] = []): Promise<R[]> {
    try {
      return (await pool.query<R>(toQuery(statement, values))).rows;
    } catch (error) {
      throw storageFault(error);
    }
  }

  async function transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw storageFault(error);
    });
    const connection: Connection = {
      query: async <R extends object>(statement: Statement | string, values: readonly unknown[] = []) =>
        (await client.query<R>(toQuery(statement, values))).rows,
    };
    try {
      await client.query(BEGIN);
      const result = await work(connection);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      const usable =
        !isConnectionFault(error) &&
        (await client.query('ROLLBACK').then(
          () => true,
          () => false,
        ));
      client.release(!usable);
      throw storageFault(error);
    }
  }

  return {
    query,
    transaction,
    counts: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}
