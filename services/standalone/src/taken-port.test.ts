import { createServer } from 'node:net';
import { DiodeError } from '@diode/protocol';
import { afterEach, expect, it } from 'vitest';
import { sayTakenPort } from './taken-port.js';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

function listen(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      servers.push(server);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

it('gives what listening gives', async () => {
  expect(await sayTakenPort({ port: 0, env: 'DIODE_PORT', listen: () => listen(0) })).toBeGreaterThan(0);
});

it('says of a taken port which variable moves it, also when the fault is wrapped', async () => {
  const port = await listen(0);
  const wrapped = () =>
    listen(port).catch((cause: unknown) => {
      throw new Error('the adapter could not listen', { cause });
    });
  for (const again of [() => listen(port), wrapped]) {
    const error = await sayTakenPort({ port, env: 'DIODE_PORT', listen: again }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DiodeError);
    expect(error).toMatchObject({
      code: 'config_invalid',
      errors: [{ pointer: '/env/DIODE_PORT', code: 'port_taken' }],
    });
    expect((error as DiodeError).errors[0]?.detail).toBe(`port ${port} is taken by another program`);
    expect((error as DiodeError).errors[0]?.remedy).toContain('set DIODE_PORT to another port');
  }
});

it('names the variable of the one that is taken, where two are listened on', async () => {
  const admin = await listen(0);
  const both = { port: 1, env: 'DIODE_ISSUER_PORT', also: [{ port: admin, env: 'DIODE_ISSUER_ADMIN_PORT' }] };
  await expect(sayTakenPort({ ...both, listen: () => listen(admin) })).rejects.toMatchObject({
    detail: `port ${admin} is taken by another program`,
    errors: [{ pointer: '/env/DIODE_ISSUER_ADMIN_PORT' }],
  });
});

it('leaves other faults as they are', async () => {
  const fault = new Error('something else');
  await expect(sayTakenPort({ port: 1, env: 'X', listen: () => Promise.reject(fault) })).rejects.toBe(fault);
});
