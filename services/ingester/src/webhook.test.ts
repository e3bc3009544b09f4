import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readWebhook, signatureMatches } from './webhook.js';

describe('webhooks are hints', () => {
  it("reads NetBox's payload and the seed's shape", () => {
    expect(readWebhook({ event: 'updated', object_type: 'dcim.site', data: { id: 7 } })).toEqual({
      objectType: 'dcim.site',
      id: 7,
    });
    expect(
      readWebhook({ source: 'netbox_webhook', event_type: 'updated', model_type: 'device', data: { id: 3 } }),
    ).toEqual({ objectType: 'dcim.device', id: 3 });
    expect(readWebhook({ model: 'script', data: { id: 3 } })).toBeNull();
    for (const bad of [
      null,
      [],
      {},
      { model: 'site' },
      { model: 'site', data: { id: '7' } },
      { model: 'site', data: { id: -1 } },
    ]) {
      expect(() => readWebhook(bad)).toThrow('invalid_request');
    }
  });

  it('checks the signature of the raw body', () => {
    const body = Buffer.from('{"a":1}');
    const signature = createHmac('sha512', 'secret').update(body).digest('hex');
    expect(signatureMatches({ secret: 'secret', body, signature })).toBe(true);
    expect(signatureMatches({ secret: 'secret', body, signature: signature.toUpperCase() })).toBe(true);
    expect(signatureMatches({ secret: 'other', body, signature })).toBe(false);
    expect(signatureMatches({ secret: 'secret', body, signature: '' })).toBe(false);
    expect(signatureMatches({ secret: 'secret', body: Buffer.from('{"a":2}'), signature })).toBe(false);
  });
});
