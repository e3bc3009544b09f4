import { fileURLToPath } from 'node:url';
import { spawnNode, startTestIssuer } from '@diode/testkit';
import { describe, expect, it } from 'vitest';
import { tokenForm } from './harness.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const BOOTSTRAP = fileURLToPath(new URL('../src/bootstrap-main.ts', import.meta.url));

describe('the bootstrap process', () => {
  it('does what its arguments say and ends with the code of what came of it', async () => {
    const issuer = await startTestIssuer();
    const env = { HYDRA_ADMIN_URL: issuer.adminUrl };
    const lists = spawnNode(BOOTSTRAP, ['list', '--json'], env);
    const fails = spawnNode(BOOTSTRAP, ['show', 'nobody'], { ...env, DIODE_CLIENT_SECRETS_DIR: '/nowhere' });
    try {
      expect(await lists.exited).toEqual({ code: 0, signal: null });
      expect(lists.stdout()).toContain('"client_id": "reader"');
      expect(await fails.exited).toEqual({ code: 1, signal: null });
    } finally {
      await Promise.all([lists.kill(), fails.kill()]);
      await issuer.close();
    }
  });
});

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
