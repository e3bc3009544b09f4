import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startNetboxSim } from '@diode/netbox-sim';
import type { Lifecycle, Logger } from '@diode/runtime';
import { keptSecret } from './kept-secret.js';
import { progress } from './progress.js';
import { sayTakenPort } from './taken-port.js';

export interface NetboxPart {
  readonly url: string;
  readonly token: string | null;
  readonly standIn: boolean;
}

/** One's own NetBox, or the stand-in, whose token is `DIODE_NETBOX_TOKEN` or made once. */
export async function startNetboxPart(o: {
  dataDir: string;
  host: string;
  netboxUrl: string | null;
  netboxToken: string | null;
  simPort: number;
  logger: Logger;
  life: Lifecycle;
}): Promise<NetboxPart> {
  if (o.netboxUrl !== null) return { url: o.netboxUrl, token: o.netboxToken, standIn: false };
  const token = o.netboxToken ?? (await keptSecret(o.dataDir, 'netbox-token'));
  const dir = join(o.dataDir, 'netbox-sim');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  progress(o.logger, 'Starting the stand-in NetBox (DIODE_NETBOX_URL would name yours) ...');
  const sim = await sayTakenPort({
    port: o.simPort,
    env: 'DIODE_NETBOX_SIM_PORT',
    listen: () =>
      startNetboxSim({ host: o.host, port: o.simPort, token, stateFile: join(dir, 'state'), logger: quiet(o.logger) }),
  });
  o.life.onStop({ phase: 'close', name: 'netbox stand-in', stop: () => sim.close() });
  return { url: sim.url, token, standIn: true };
}

/** What NetBox is asked is the reconciler's to say; the stand-in's own lines are for those who look for them. */
function quiet(logger: Logger): { info(keys: object, message: string): void } {
  return { info: (keys, message) => logger.debug(keys, message) };
}
