import { expect, it } from 'vitest';
import { sites } from './builders.js';
import { contract } from './contract.js';

contract('the way in', (netbox) => {
  it('names its apps at the root and its types under each', async () => {
    const root = await netbox().get('/api/');
    expect(root.dcim).toBe(`${netbox().url}/api/dcim/`);
    expect(Object.keys(root)).toEqual(
      expect.arrayContaining(['circuits', 'dcim', 'extras', 'ipam', 'status', 'tenancy']),
    );
    const dcim = await netbox().get('/api/dcim/');
    expect(dcim.devices).toBe(`${netbox().url}/api/dcim/devices/`);
  });

  it('says its version', async () => {
    const status = await netbox().get('/api/status/');
    expect(status['netbox-version']).toMatch(/^4\.\d+\.\d+/);
  });

  it.each([
    ['', 'Authentication credentials were not provided.'],
    ['Bearer x', 'Authentication credentials were not provided.'],
    ['Token', 'Invalid token header. No credentials provided.'],
    ['Token a b', 'Invalid token header. Token string should not contain spaces.'],
    ['Token 0000', 'Invalid token'],
  ])('answers 403 to Authorization %j', async (header, detail) => {
    for (const path of [sites, '/api/', '/api/status/']) {
      const reply = await netbox().send('GET', path, undefined, { Authorization: header });
      expect([reply.status, reply.body]).toEqual([403, { detail }]);
    }
  });

  it('takes the keyword Token in any case', async () => {
    const reply = await netbox().send('GET', `${sites}?limit=1`, undefined, {
      Authorization: `tOkEn ${netbox().token}`,
    });
    expect(reply.status).toBe(200);
  });

  it('stamps every answer with a request id of its own and the API version', async () => {
    const mine = '11111111-2222-3333-4444-555555555555';
    const reply = await netbox().send('GET', `${sites}?limit=1`, undefined, { 'X-Request-ID': mine });
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers.get('x-request-id')).not.toBe(mine);
    expect(reply.headers.get('api-version')).toMatch(/^4\.\d+$/);
  });

  it('answers a page for a path it does not have, JSON for an object it does not have', async () => {
    const page = await netbox().send('GET', '/api/dcim/no-such-type/');
    expect(page.status).toBe(404);
    expect(page.headers.get('content-type')).toContain('text/html');
    const missing = await netbox().send('GET', `${sites}999999999/`);
    expect([missing.status, missing.body]).toEqual([404, { detail: 'No Site matches the given query.' }]);
    const odd = await netbox().send('GET', `${sites}abc/`);
    expect([odd.status, odd.body]).toEqual([404, { detail: 'Not found.' }]);
  });

  it('answers 405 with the methods it allows', async () => {
    const reply = await netbox().send('POST', '/api/core/object-changes/', {});
    expect([reply.status, reply.body]).toEqual([405, { detail: 'Method "POST" not allowed.' }]);
    expect(reply.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  it('redirects a path without its slash', async () => {
    const reply = await netbox().send('POST', '/api/dcim/sites', {});
    expect([reply.status, reply.headers.get('location')]).toEqual([301, '/api/dcim/sites/']);
  });

  it.each([
    [
      '{bad',
      400,
      { detail: 'JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)' },
    ],
    ['"x"', 400, { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] }],
    ['7', 400, { non_field_errors: ['Invalid data. Expected a dictionary, but got int.'] }],
    ['null', 400, { non_field_errors: ['No data provided'] }],
    ['[1]', 400, [{ non_field_errors: ['Invalid data. Expected a dictionary, but got int.'] }]],
    ['', 400, { name: ['This field is required.'], slug: ['This field is required.'] }],
  ])('answers the body %s with %i', async (text, status, body) => {
    const reply = await netbox().raw('POST', sites, text);
    expect([reply.status, reply.body]).toEqual([status, body]);
  });

  it('takes JSON only', async () => {
    const reply = await netbox().raw('POST', sites, 'x', { 'Content-Type': 'text/plain' });
    expect([reply.status, reply.body]).toEqual([415, { detail: 'Unsupported media type "text/plain" in request.' }]);
  });

  it('describes in OPTIONS what a type takes, with its choices', async () => {
    const { body } = await netbox().send('OPTIONS', sites);
    const options = body as {
      name: string;
      actions: { POST: Record<string, { required: boolean; choices?: object[] }> };
    };
    expect(options.name).toBe('Site List');
    expect(options.actions.POST.name?.required).toBe(true);
    expect(options.actions.POST.region?.required).toBe(false);
    expect(options.actions.POST.status?.choices).toContainEqual({ value: 'active', display_name: 'Active' });
    const readOnly = await netbox().send('OPTIONS', '/api/core/object-changes/');
    expect(readOnly.body).not.toHaveProperty('actions');
  });
});
