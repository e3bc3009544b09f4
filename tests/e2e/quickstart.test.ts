import { createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../tools/run-command.js';
import { freshDataDir, removeDataDir } from '../tools/standalone.js';

const dataDir = freshDataDir();
const free = {
  DIODE_DATA_DIR: dataDir,
  DIODE_PORT: '0',
  DIODE_ISSUER_PORT: '0',
  DIODE_ISSUER_ADMIN_PORT: '0',
  DIODE_METRICS_PORT: '0',
  DIODE_NETBOX_SIM_PORT: '0',
};

afterAll(() => removeDataDir(dataDir));

describe('quickstart.sh', () => {
  it('lands the example device, takes the tour and exits 0', async () => {
    const run = await runCommand('./quickstart.sh', ['--check'], { env: free });
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/applied: create dcim\.device .*SWITCH-01/);
    expect(run.stdout).toContain('/dcim/devices/');
    expect(run.stdout).toContain('Check passed.');
  });

  it('reuses what is there on the second run, where the device is unchanged', async () => {
    const run = await runCommand('./quickstart.sh', ['--check'], { env: free });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/unchanged: noop dcim\.device .*SWITCH-01/);
    const seconds = Number(/Diode is up after (\d+) s/.exec(run.stdout)?.[1]);
    expect(seconds).toBeLessThan(20);
  });

  it('says in one sentence what to do about a taken port', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const run = await runCommand('./quickstart.sh', ['--check'], { env: { ...free, DIODE_PORT: String(port) } });
      expect(run.code).toBe(1);
      expect(run.stderr).toContain(`port ${port} is taken`);
      expect(run.stderr).toContain('DIODE_PORT');
    } finally {
      taken.close();
    }
  });

  it('says what it lacks, and how it is used', async () => {
    const docker = await runCommand('./quickstart.sh', ['--docker'], { env: { DOCKER_HOST: 'unix:///nowhere' } });
    expect(docker.code).toBe(1);
    expect(docker.stderr).toMatch(/Docker is needed|the Docker engine does not answer/);
    expect((await runCommand('./quickstart.sh', ['--help'])).stdout).toContain('Usage:');
    expect((await runCommand('./quickstart.sh', ['--nonsense'])).code).toBe(2);
  });
});
