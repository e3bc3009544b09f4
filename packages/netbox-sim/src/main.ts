/** Runs the stand-in alone: DIODE_NETBOX_SIM_PORT, DIODE_NETBOX_TOKEN or DIODE_NETBOX_TOKEN_FILE, DIODE_HOST, DIODE_DATA_DIR. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNetboxSim } from './start-netbox-sim.js';

const { env } = process;
const token =
  env.DIODE_NETBOX_TOKEN ||
  (env.DIODE_NETBOX_TOKEN_FILE && readFileSync(env.DIODE_NETBOX_TOKEN_FILE, 'utf8').replace(/\r?\n$/, ''));
if (!token) {
  console.error('Set DIODE_NETBOX_TOKEN, or DIODE_NETBOX_TOKEN_FILE, to the token the stand-in shall accept.');
  process.exit(2);
}
const sim = await startNetboxSim({
  host: env.DIODE_HOST ?? '127.0.0.1',
  port: Number(env.DIODE_NETBOX_SIM_PORT ?? '8000'),
  token,
  stateFile: join(env.DIODE_DATA_DIR ?? '.diode', 'netbox-sim', 'state.jsonl'),
});
console.log(`NetBox stand-in at ${sim.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sim.close().then(() => process.exit(0));
  });
}
