import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestNetbox, type TestNetbox, until } from '@diode/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fillNetbox } from '../../packages/cli/tests/support/fill-netbox.js';
import { runCommand } from '../tools/run-command.js';
import { endStandalone, startStandalone, type TestStandalone } from '../tools/standalone.js';

let source: TestNetbox;
let dir: string;

beforeAll(async () => {
  source = await startTestNetbox();
  await fillNetbox(source);
});
afterAll(() => source.close());

const migrate = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runCommand('scripts/data-migration.sh', args, { env });
const fromSource = () => ({ DIODE_NETBOX_URL: source.url, DIODE_NETBOX_TOKEN: source.token });

/** What a NetBox holds, one object a line, whatever the order in which it was made. */
async function objectsOf(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const run = await migrate(['export'], env);
  expect(run.code, run.stderr).toBe(0);
  return run.stdout.trim().split('\n').sort();
}

describe('a NetBox carried to an empty one', () => {
  let diode: TestStandalone | undefined;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'diode migration '));
    // No policy: what was exported is to arrive as it was. The shipped one would upper-case the names of devices.
    mkdirSync(join(dir, 'config'));
    diode = await startStandalone({ env: { DIODE_CONFIG_DIR: join(dir, 'config') } });
  });
  afterEach(async () => {
    await endStandalone(diode);
    diode = undefined;
    rmSync(dir, { recursive: true });
  });
  const here = () => ({ DIODE_DATA_DIR: diode?.dataDir ?? '' });

  it('as tables holds the same objects, and the same import again changes nothing', async () => {
    const tables = join(dir, 'spring tables');
    const exported = await migrate(['export', '--format', 'csv', '--out', tables], fromSource());
    expect(exported.code, exported.stderr).toBe(0);
    const report = join(dir, 'report.ndjson');
    const plan = await migrate(['import', tables, '--dry-run'], here());
    expect(plan.stdout, plan.stderr).toContain('dry run, nothing written');
    expect((await diode?.netbox('GET', '/api/dcim/regions/'))?.body.count).toBe(0);
    const run = await migrate(['import', tables, '--report', report], here());
    expect(run.code, `${run.stdout}${run.stderr}`).toBe(0);
    expect(await objectsOf(here())).toEqual(await objectsOf(fromSource()));
    const rows = readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { state: string; netbox_url: string; line: number });
    expect(rows.every((row) => row.netbox_url.startsWith('http') && row.line > 1)).toBe(true);
    const again = await migrate(['import', tables, '--json'], here());
    expect(again.code, again.stdout).toBe(0);
    const counts = (JSON.parse(again.stdout) as { files: readonly { counts: object }[] }).files.map((f) => f.counts);
    expect(counts.flatMap((one) => Object.keys(one)).filter((state) => state !== 'unchanged')).toEqual([]);
  });

  it('as NDJSON holds the same objects, each made once, though the import was killed on its way', async () => {
    const file = join(dir, 'everything.ndjson');
    expect((await migrate(['export', '--out', file], fromSource())).code).toBe(0);
    const copy = join(dir, 'copy.ndjson');
    copyFileSync(file, copy);
    const states = () => readdirSync(dir).filter((name) => name.endsWith('.diode-import'));
    const running = runCommand(
      'bash',
      ['-c', 'echo $$ > "$1/pid"; exec scripts/data-migration.sh import "$2"', '_', dir, copy],
      {
        env: here(),
      },
    );
    await until(() => states().some((name) => readFileSync(join(dir, name), 'utf8').split('\n').length > 4), {
      timeoutMs: 60_000,
      message: 'three requests were answered',
    });
    process.kill(Number(readFileSync(join(dir, 'pid'), 'utf8')), 'SIGKILL');
    expect((await running).code).toBe(null);
    const run = await migrate(['import', copy], here());
    expect(run.code, `${run.stdout}${run.stderr}`).toBe(0);
    expect(run.stdout).toContain('goes on where it stopped');
    expect(states()).toEqual([]);
    expect(await objectsOf(here())).toEqual(await objectsOf(fromSource()));
  });
});

describe('the script', () => {
  it('has a help, and exit codes that tell', async () => {
    const help = await migrate(['--help'], {});
    expect(help.code).toBe(0);
    for (const word of ['import', 'export', '--dry-run', '--report', 'Exit codes']) expect(help.stdout).toContain(word);
    expect((await migrate([], {})).code).toBe(2);
    expect((await migrate(['import', 'no such file.csv'], {})).code).toBe(2);
    expect((await migrate(['import', 'examples/devices.csv'], { DIODE_DATA_DIR: '/nonexistent' })).code).toBe(78);
    const away = { DIODE_URL: 'http://127.0.0.1:9', DIODE_CLIENT_ID: 'a', DIODE_CLIENT_SECRET: 'b' };
    expect((await migrate(['import', 'examples/devices.csv', '--state-dir', tmpdir()], away)).code).toBe(3);
  });
});
