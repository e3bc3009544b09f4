import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../tools/run-command.js';
import { freshCheckout, removeCheckout } from './lab/checkout.js';
import { stack } from './lab/stack.js';

interface Check {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly next?: string;
}

// The same project from another checkout, so that a pair of our own lies in no folder that others use.
const project = stack();
let dir: string;
beforeAll(async () => {
  dir = await freshCheckout();
});
afterAll(() => removeCheckout(dir));

const run = (program: string, ...args: readonly string[]): Promise<CommandResult> =>
  runCommand(program, args, { cwd: dir, env: project.env, timeoutMs: 300_000 });

async function look(): Promise<{ readonly code: number | null; readonly check: Check | undefined }> {
  const { code, stdout } = await run('./scripts/health-check.sh', '--json');
  const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
  return { code, check: checks.find((one) => one.name === 'TLS Certificate') };
}

/** Reads nginx/ssl of this checkout; nginx takes up what comes of it within seconds. */
async function putInPlace(): Promise<void> {
  const init = await run('docker', 'compose', 'run', '--rm', '--no-deps', '-T', 'diode-init');
  expect(init.code, init.stderr).toBe(0);
}
const seen = (status: string): Promise<Awaited<ReturnType<typeof look>>> =>
  until(
    async () => {
      const found = await look();
      return found.check?.status === status ? found : null;
    },
    { timeoutMs: 120_000, message: `the certificate is ${status}` },
  );

describe('health-check.sh watches the certificate on the TLS port', () => {
  it('that of diode-init is good', async () => {
    expect(await look()).toMatchObject({ code: 0, check: { status: 'ok', detail: expect.stringContaining('until') } });
  });

  it('one that lies in nginx/ssl and is not served is down, ends soon once it is served, and its first command renews it', async () => {
    const made = await run('./scripts/make-certs.sh', '--name', 'diode.example.com', '--days', '5');
    expect(made.code, made.stderr).toBe(0);
    try {
      const notYet = await look();
      expect(notYet).toMatchObject({
        code: 1,
        check: { status: 'down', next: expect.stringContaining('run --rm --no-deps diode-init') },
      });
      expect(notYet.check?.detail).toContain('Not The One In nginx/ssl');

      // As root or any other user made it: the container can read the key.
      await putInPlace();
      const soon = await seen('warn');
      expect(soon).toMatchObject({
        code: 0,
        check: { detail: expect.stringMatching(/^Ends Soon \(until .*, 4 days\)$/) },
      });
      expect((await run('./scripts/health-check.sh', '--quiet')).stdout).toMatch(/^⚠️ .*TLS Certificate: Ends Soon/);

      const renewed = await run('bash', '-c', soon.check?.next ?? 'exit 1');
      expect(renewed.code, renewed.stderr).toBe(0);
      expect(await seen('ok')).toMatchObject({ code: 0 });
    } finally {
      for (const name of ['diode.crt', 'diode.key', 'diode.crt.names', 'ca.crt'])
        await rm(join(dir, 'nginx/ssl', name));
      await putInPlace();
    }
    expect(await seen('ok')).toMatchObject({ code: 0 });
  });
});
