import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issuerConformance } from '../../packages/issuer/tests/conformance.js';
import { healthy, without } from './lab/services.js';
import { clientSecret, EDGE, fetchToken, ISSUER, ISSUER_ADMIN, stack } from './lab/stack.js';
import { hydraAdmin, type TestClient, testClients } from './lab/test-client.js';

const project = stack();
const clients = testClients();
let client: TestClient;

beforeAll(async () => {
  client = await clients.make();
});

afterAll(() => clients.remove());

const bootstrap = (): Promise<string> => project.compose('run', '--rm', '-T', '--no-deps', 'diode-auth-bootstrap');

describe('what Diode counts on in an issuer, at this Hydra', () =>
  issuerConformance({ publicUrl: ISSUER, adminUrl: ISSUER_ADMIN }));

describe('the traps of Hydra', () => {
  it('many token requests at once do not lock it up: what is too much is told to wait', async () => {
    const one = (): Promise<Response> =>
      fetch(`${ISSUER}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }),
        signal: AbortSignal.timeout(30_000),
      });
    const answers = await Promise.all(Array.from({ length: 48 }, one));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((s) => s !== 200 && s !== 429)).toEqual([]);
    expect(statuses).toContain(200);
    for (const answer of answers.filter((a) => a.status === 429)) {
      expect(answer.headers.has('retry-after')).toBe(true);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
    expect((await fetch(`${ISSUER}/health/ready`, { signal: AbortSignal.timeout(5_000) })).status).toBe(200);
    expect((await one()).status).toBe(200);
  });

  it('has the room for connections that this takes, and its system secret from a file', async () => {
    const config = JSON.parse(await project.exec('hydra', 'cat', '/run/diode/hydra.json')) as {
      dsn: string;
      secrets: { system: string[] };
    };
    expect(Number(new URL(config.dsn).searchParams.get('max_conns'))).toBeGreaterThanOrEqual(60);
    expect(config.secrets.system[0]?.length).toBeGreaterThanOrEqual(16);
  });

  it('without its database the right secret is not called wrong, at either door; a wrong one is, when it is back', async () => {
    const ask = async (base: string, path: string, secret: string): Promise<number> => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' });
      const authorization = `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`;
      return (await fetch(`${base}${path}`, { method: 'POST', headers: { authorization }, body })).status;
    };
    const doors = [
      [ISSUER, '/oauth2/token'],
      [EDGE, '/diode/auth/token'],
    ] as const;
    await without(project, 'postgres', async () => {
      for (const [base, path] of doors) expect([502, 503]).toContain(await ask(base, path, client.secret));
    });
    for (const [base, path] of doors) {
      await until(async () => (await ask(base, path, client.secret)) === 200, {
        timeoutMs: 30_000,
        message: `${path} gives tokens again`,
      });
      expect(await ask(base, path, 'wrong-secret')).toBe(401);
    }
  });

  it('its admin API has the commands the first description prints', async () => {
    const list = await project.exec(
      'hydra',
      'hydra',
      'list',
      'clients',
      '--endpoint',
      'http://hydra:4445',
      '--format',
      'json',
    );
    expect(list).toContain('"client_id":"diode-ingest"');
  });
});

describe('diode-auth-bootstrap', () => {
  it('changes nothing when run again, and two at once both end well', async () => {
    const secret = await clientSecret(project, 'diode-ingest');
    const said = await Promise.all([bootstrap(), bootstrap()]);
    for (const one of said) expect(one).toContain('7 clients ready');
    expect(await clientSecret(project, 'diode-ingest')).toBe(secret);
    expect(await fetchToken({ clientId: 'diode-ingest', secret })).toMatch(/^eyJ/);
  });

  it('repairs a client that was deleted, one with another scope, one with another secret', async () => {
    await hydraAdmin('DELETE', '/admin/clients/n8n-integration');
    await hydraAdmin('PATCH', '/admin/clients/jenkins-integration', [{ op: 'replace', path: '/scope', value: 'none' }]);
    await hydraAdmin('PATCH', '/admin/clients/diode-to-netbox', [
      { op: 'replace', path: '/client_secret', value: 'somebody-elses' },
    ]);
    await bootstrap();
    for (const clientId of ['n8n-integration', 'jenkins-integration', 'diode-to-netbox']) {
      const token = await fetchToken({ clientId, secret: await clientSecret(project, clientId), scope: 'read write' });
      expect(token, clientId).toMatch(/^eyJ/);
    }
  });

  it('goes on when Hydra is restarted under it', async () => {
    const running = bootstrap();
    await project.compose('restart', 'hydra');
    expect(await running).toContain('7 clients ready');
    await healthy(project, 'hydra');
  });

  it('rotates a secret and ends what the old one had issued', async () => {
    const old = await clientSecret(project, 'netbox-to-diode');
    const token = await fetchToken({ clientId: 'netbox-to-diode', secret: old });
    const run = await project.command('./scripts/setup-clients.sh', ['--rotate', 'netbox-to-diode']);
    expect(run.code, run.stderr).toBe(0);
    const now = await clientSecret(project, 'netbox-to-diode');
    expect(now).not.toBe(old);
    await expect(fetchToken({ clientId: 'netbox-to-diode', secret: old })).rejects.toThrow(/401/);
    expect(await fetchToken({ clientId: 'netbox-to-diode', secret: now })).toMatch(/^eyJ/);
    const introspect = async (): Promise<boolean> => {
      const answer = await fetch(`${ISSUER_ADMIN}/admin/oauth2/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token }),
      });
      return ((await answer.json()) as { active: boolean }).active;
    };
    await until(async () => !(await introspect()), { timeoutMs: 10_000, message: 'the old token is inactive' });
  });
});
