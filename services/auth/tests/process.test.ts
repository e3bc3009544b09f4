import { fileURLToPath } from 'node:url';
import { spawnNode, startTestIssuer } from '@diode/testkit';
import { describe, expect, it } from 'vitest';
import { tokenForm } from './harness.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

describe('the auth process', () => {
  it('starts, hands out tokens, and ends with 0 on SIGTERM', async () => {
    const issuer = await startTestIssuer();
    const env = {
      HYDRA_PUBLIC_URL: issuer.publicUrl,
      HYDRA_ADMIN_URL: issuer.adminUrl,
      DIODE_PORT: '0',
      DIODE_METRICS_PORT: '0',
    };
    const auth = spawnNode(MAIN, [], env);
    try {
      const [, url = ''] = await auth.line(/"url":"(http:[^"]+)"/);
      const { client_id, client_secret } = issuer.clients[0]!;
      expect((await fetch(`${url}/diode/auth/token`, tokenForm(client_id, client_secret))).status).toBe(200);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect(await auth.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(auth.stdout()).not.toContain(client_secret);
    } finally {
      await auth.kill();
      await issuer.close();
    }
  });
});
