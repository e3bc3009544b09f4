import { describe, expect, it } from 'vitest';
import { demand } from './demand.js';

describe('demand', () => {
  it('gives what is set', () => {
    expect(demand({ DIODE_DATABASE_URL: 'postgres://x', DIODE_REDIS_URL: 'redis://x' })).toEqual({
      DIODE_DATABASE_URL: 'postgres://x',
      DIODE_REDIS_URL: 'redis://x',
    });
  });

  it('names everything that is missing at once', () => {
    const missing = (): unknown =>
      demand({ DIODE_DATABASE_URL: null, DIODE_REDIS_URL: 'redis://x', DIODE_NETBOX_URL: null });
    expect(missing).toThrow('DIODE_DATABASE_URL is not set; DIODE_NETBOX_URL is not set');
  });
});
