import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from './log.js';
import type { ServerProcess } from './server-process.js';

export interface SupervisedServer {
  readonly part: string;
  /** Starts the server again where it was; it throws when that does not work yet. */
  restart(): Promise<ServerProcess>;
  end(server: ServerProcess): Promise<void>;
  readonly log: Log;
}

export interface Supervision {
  readonly pid: number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 200;
const MAX_PAUSE_MS = 5000;

/**
 * Keeps a server running: one that ends though nobody stopped it is started again at the same address, after a pause
 * that grows to five seconds while it keeps failing. Looks instead of listening for an exit, because an adopted server is not our child.
 */
export function supervise(first: ServerProcess, server: SupervisedServer): Supervision {
  let current = first;
  const stopping = new AbortController();

  const rest = (ms: number): Promise<void> =>
    pause(ms, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);

  const watch = async (): Promise<void> => {
    let pauseMs = 0;
    while (!stopping.signal.aborted) {
      if (current.isAlive()) {
        pauseMs = 0;
        await rest(LOOK_EVERY_MS);
        continue;
      }
      server.log.warn({ part: server.part, pid: current.pid }, 'a server ended unexpectedly, starting it again');
      await rest(pauseMs);
      if (stopping.signal.aborted) return;
      try {
        current = await server.restart();
      } catch (error) {
        pauseMs = Math.min(MAX_PAUSE_MS, Math.max(100, pauseMs * 2));
        server.log.warn({ part: server.part, err: error }, 'the server did not start again');
      }
    }
  };
  const watching = watch();

  return {
    get pid() {
      return current.pid;
    },
    async stop() {
      stopping.abort();
      await watching;
      await server.end(current);
    },
  };
}
