import type { TestProject } from 'vitest/node';
import { freshCheckout, removeCheckout } from './checkout.js';
import { openProject, type Project } from './compose.js';

export interface BringUpOptions {
  readonly name: string;
  /** docker-compose.yaml when left out. */
  readonly files?: readonly string[];
}

/**
 * Images built, everything up from nothing, as a user does it; and gone afterwards, also when a test failed. For work on the tests,
 * DIODE_TEST_KEEP=1 leaves the stack up and takes one that is up as it is: the checkout is then the one of this process.
 */
export async function bringUp(vitest: TestProject, o: BringUpOptions): Promise<() => Promise<void>> {
  const keep = process.env.DIODE_TEST_KEEP === '1';
  const dir = keep ? process.cwd() : await freshCheckout();
  const project = openProject({ dir, ...o });
  vitest.provide('composeCheckout', dir);
  if (keep && (await project.ps()).some((one) => one.state === 'running')) return async () => undefined;
  await project.destroy();
  const started = Date.now();
  await project.compose('build');
  const built = Date.now();
  await upOrExplain(project);
  console.log(`compose: images in ${seconds(built - started)} s, up and healthy in ${seconds(Date.now() - built)} s`);
  return async () => {
    if (keep) return;
    await project.destroy();
    await removeCheckout(dir);
  };
}

async function upOrExplain(project: Project): Promise<void> {
  const up = await project.tryCompose('up', '--detach', '--wait', '--wait-timeout', '300');
  if (up.code === 0) return;
  const states = await project.ps();
  const logs = await project.compose('logs', '--tail', '40');
  await project.destroy();
  throw new Error(`up failed:\n${up.stderr.slice(-2_000)}\n${JSON.stringify(states, null, 1)}\n${logs.slice(-20_000)}`);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(0);
