import { expect, test } from 'vitest';
import { startTestIssuer } from '../src/index.js';

test('it gives tokens with the scopes of the client, and none beyond', async () => {
  const issuer = await startTestIssuer();
  const claims = JSON.parse(Buffer.from((await issuer.token('writer')).split('.')[1]!, 'base64url').toString());
  expect(claims).toMatchObject({ iss: issuer.issuerUrl, client_id: 'writer' });
  await expect(issuer.token('reader', { scope: 'admin' })).rejects.toThrow(/invalid_scope/);
  await issuer.close();
});
