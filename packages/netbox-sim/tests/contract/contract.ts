import { afterAll, beforeAll, describe } from 'vitest';
import { startNetboxSim } from '../../src/index.js';
import { NetboxUnderTest } from './netbox-under-test.js';

/** The stand-in's token: forty hex digits, as NetBox's are. */
export const simToken = '0123456789abcdef0123456789abcdef01234567';

/**
 * One set of assertions for both: the stand-in always, and the NetBox that `DIODE_TEST_NETBOX_URL` and
 * `DIODE_TEST_NETBOX_TOKEN` name. What a block creates is deleted at its end.
 */
export function contract(title: string, define: (netbox: () => NetboxUnderTest) => void): void {
  describe(`stand-in: ${title}`, () => {
    let netbox: NetboxUnderTest | undefined;
    let close: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      const sim = await startNetboxSim({ token: simToken });
      close = sim.close;
      netbox = new NetboxUnderTest(sim.url, simToken);
    });
    afterAll(async () => {
      await netbox?.cleanUp();
      await close?.();
    });
    define(() => netbox!);
  });

  const { DIODE_TEST_NETBOX_URL: url, DIODE_TEST_NETBOX_TOKEN: token } = process.env;
  if (!url || !token) return;
  describe(`NetBox: ${title}`, { timeout: 120_000 }, () => {
    const netbox = new NetboxUnderTest(url.replace(/\/$/, ''), token);
    afterAll(() => netbox.cleanUp(), 300_000);
    define(() => netbox);
  });
}
