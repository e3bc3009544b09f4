import { expect, test } from 'vitest';
import { leakCheck, startTestNetbox } from '../src/index.js';

leakCheck();

test('what is written to it can be listed, and writes are counted', async () => {
  const netbox = await startTestNetbox();
  expect(await netbox.list('dcim/sites')).toEqual([]);
  const written = await fetch(`${netbox.url}/api/dcim/sites/`, {
    method: 'POST',
    headers: { authorization: `Token ${netbox.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'DC1', slug: 'dc1' }),
  });
  expect(written.status).toBe(201);
  await written.arrayBuffer();
  expect(await netbox.list('dcim/sites', 'name=DC1')).toMatchObject([{ slug: 'dc1' }]);
  expect(netbox.writes()).toBe(1);
  await netbox.close();
  await expect(netbox.list('dcim/sites')).rejects.toThrow();
});
