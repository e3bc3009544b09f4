import { makeNetworks } from '@diode/limits';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildHttpApp } from '../http/http-app.js';
import { makeLogger } from '../logger.js';
import { clientAddress } from './client-address.js';

const PROXIES = ['10.0.0.0/8', '::1'];
const proxies = makeNetworks(PROXIES);

it.each([
  ['a stranger is who he is, whatever he says', '203.0.113.7', '10.0.0.1, 127.0.0.1', '203.0.113.7'],
  ['a proxy says who came to it', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['an IPv4-mapped peer is its IPv4 self', '::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['a chain is followed as far as it is trusted', '10.0.0.1', '6.6.6.6, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['a proxy that says nothing is the client', '10.0.0.1', undefined, '10.0.0.1'],
  ['all trusted: the first in the chain', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['what is no address is nobody we trust', '10.0.0.1', '10.0.0.9, unknown', 'unknown'],
])('%s', (_what, peer, forwardedFor, client) => {
  expect(clientAddress(peer, forwardedFor, proxies)).toBe(client);
});

it('is what fastify makes of the same request', async () => {
  const logger = makeLogger({
    level: 'silent',
    service: 't',
    instanceId: 'i',
    destination: { write: () => undefined },
  });
  const app = buildHttpApp({ logger, trustProxy: PROXIES });
  app.get('/ip', async (request) => request.ip);
  const address = fc.constantFrom(
    '10.0.0.1',
    '10.9.9.9',
    '::1',
    '203.0.113.7',
    '2001:db8::1',
    '::ffff:10.0.0.4',
    'unknown',
  );
  await fc.assert(
    fc.asyncProperty(address, fc.array(address, { minLength: 1, maxLength: 4 }), async (peer, hops) => {
      const forwardedFor = hops.join(', ');
      const answer = await app.inject({
        url: '/ip',
        remoteAddress: peer,
        headers: { 'x-forwarded-for': forwardedFor },
      });
      expect(clientAddress(peer, forwardedFor, proxies)).toBe(answer.body);
    }),
  );
  await app.close();
});
