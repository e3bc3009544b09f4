import type { AddressInfo } from 'node:net';
import { makeSystemClock } from './clock.js';
import { Engine } from './engine.js';
import { type FaultRule, Faults } from './http/faults.js';
import { makeServer } from './http/server.js';
import { seed } from './seed.js';
import { Database } from './store/database.js';
import { Journal } from './store/journal.js';
import { loadTables } from './tables/load-tables.js';

export interface NetboxSimOptions {
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 or absent = any free one. */
  readonly port?: number;
  /** The token accepted, as NetBox's v1 tokens are: `Authorization: Token <token>`. */
  readonly token: string;
  /** Where the state is kept; in memory only when absent. It survives kill -9 with at most the request in flight lost. */
  readonly stateFile?: string;
  /** The version `/api/status/` names; the behaviour is that of 4.4.10 whatever it says. */
  readonly version?: string;
  readonly logger?: { info(o: object, m: string): void };
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** 0 when the connection was cut. */
  readonly status: number;
}

/** What tests do to the stand-in from outside its API. */
export interface SimControl {
  requests(): readonly SeenRequest[];
  resetRequests(): void;
  /** Puts a fault in force; the function takes it away. */
  fault(rule: FaultRule): () => void;
  /** Empties the stand-in: no objects, no change log, no faults, no requests. */
  reset(): void;
}

export interface NetboxSim {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
  readonly control: SimControl;
}

/** Requests remembered for `control.requests()`; the oldest go first. */
const requestsKept = 100_000;

/** Starts a NetBox stand-in on a socket. */
export async function startNetboxSim(options: NetboxSimOptions): Promise<NetboxSim> {
  const host = options.host ?? '127.0.0.1';
  const loaded = loadTables();
  const tables = options.version === undefined ? loaded : { ...loaded, netbox: options.version };
  const db = new Database();
  const engine = new Engine(tables, db, makeSystemClock());
  if (options.stateFile !== undefined) {
    const journal = Journal.open(options.stateFile, (commit) => db.replay(commit));
    journal.compact(db.everyRow(), db.lastIds());
    db.journal = journal;
  }
  seed(engine, options.token);
  const faults = new Faults();
  let seen: SeenRequest[] = [];
  const server = makeServer({
    engine,
    faults,
    fallbackHost: host,
    seen(method, path, status) {
      if (seen.length >= requestsKept) seen = seen.slice(requestsKept / 2);
      seen.push({ method, path, status });
      options.logger?.info({ method, path, status }, 'stand-in answered');
    },
    failed: (error) => options.logger?.info({ error }, 'stand-in failed'),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `http://${shown}:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          db.journal?.close();
          db.journal = null;
          if (error) reject(error);
          else resolve();
        });
        server.closeAllConnections();
      }),
    control: {
      requests: () => seen,
      resetRequests() {
        seen = [];
      },
      fault: (rule) => faults.add(rule),
      reset() {
        db.clear();
        faults.clear();
        seen = [];
        seed(engine, options.token);
      },
    },
  };
}
