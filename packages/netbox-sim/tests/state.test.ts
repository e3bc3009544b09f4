import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NetboxSim, startNetboxSim } from '../src/index.js';
import { sites } from './contract/builders.js';
import { simToken } from './contract/contract.js';
import { NetboxUnderTest } from './contract/netbox-under-test.js';

let folder: string;
let open: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netbox-sim-'));
  open = [];
});
afterEach(async () => {
  for (const close of open) await close();
  await rm(folder, { recursive: true });
});

const stateFile = () => join(folder, 'netbox-sim', 'state.jsonl');

async function start(): Promise<{ sim: NetboxSim; netbox: NetboxUnderTest }> {
  const sim = await startNetboxSim({ token: simToken, stateFile: stateFile() });
  open.push(sim.close);
  return { sim, netbox: new NetboxUnderTest(sim.url, simToken) };
}

async function restart(sim: NetboxSim): Promise<NetboxUnderTest> {
  await sim.close();
  open.pop();
  return (await start()).netbox;
}

const site = (n: number) => ({ name: `Site ${n}`, slug: `site-${n}` });

describe('state on disk', () => {
  it('survives a restart with its change log, and gives no id twice', async () => {
    const { sim, netbox } = await start();
    const [a, b] = [await netbox.make(sites, site(1)), await netbox.make(sites, site(2))];
    await netbox.patch(sites, a.id, { description: 'kept' });
    await netbox.send('DELETE', `${sites}${b.id}/`);
    const again = await restart(sim);
    expect(await again.list(sites)).toMatchObject([{ id: a.id, description: 'kept' }]);
    expect(await again.get('/api/core/object-changes/')).toMatchObject({ count: 4 });
    expect((await again.make(sites, site(3))).id).toBe(b.id + 1);
  });

  it('drops what an interrupted write left at the end of the file', async () => {
    const { sim, netbox } = await start();
    await netbox.make(sites, site(1));
    await sim.close();
    open.pop();
    await appendFile(stateFile(), '{"put":[["dcim.site",{"id":77,"name":"half');
    const { netbox: again } = await start();
    expect((await again.list(sites)).map((one) => one.name)).toEqual(['Site 1']);
    await again.make(sites, site(2));
    expect(await readFile(stateFile(), 'utf8')).not.toContain('"half');
  });

  it('keeps the old file when a snapshot was not finished', async () => {
    const { sim, netbox } = await start();
    await netbox.make(sites, site(1));
    await sim.close();
    open.pop();
    await writeFile(`${stateFile()}.next`, '{"put":[');
    const { netbox: again } = await start();
    expect(await again.list(sites)).toHaveLength(1);
  });

  it('does not write a refused request', async () => {
    const { sim, netbox } = await start();
    await netbox.make(sites, site(1));
    await netbox.refused('POST', sites, [site(2), site(1)]);
    expect(await (await restart(sim)).list(sites)).toHaveLength(1);
  });

  it('keeps everything it answered 201 to when the process is killed', async () => {
    const first = await run();
    const answered: string[] = [];
    const kill = once(first.child, 'exit');
    for (let n = 0; n < 40; n += 1) {
      if (n === 30) first.child.kill('SIGKILL');
      const reply = await first.netbox.send('POST', sites, site(n)).catch(() => null);
      if (reply?.status === 201) answered.push(`Site ${n}`);
    }
    await kill;
    expect(answered.length).toBeGreaterThanOrEqual(30);
    const second = await run();
    const held = (await second.netbox.list(`${sites}?limit=1000`)).map((one) => one.name);
    expect(held).toEqual(expect.arrayContaining(answered));
    const stopped = once(second.child, 'exit');
    second.child.kill('SIGTERM');
    expect(await stopped).toEqual([0, null]);
  });
});

/** The stand-in as a process of its own, told where to be by its environment. */
async function run(): Promise<{ child: ChildProcess; netbox: NetboxUnderTest }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=diode-source', main], {
    env: { ...process.env, DIODE_NETBOX_TOKEN: simToken, DIODE_NETBOX_SIM_PORT: '0', DIODE_DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  open.push(async () => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url !== undefined) return { child, netbox: new NetboxUnderTest(url, simToken) };
  }
  throw new Error('the stand-in did not start');
}
