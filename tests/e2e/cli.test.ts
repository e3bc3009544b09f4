import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMetrics } from '../tools/promtool.js';
import { runCommand } from '../tools/run-command.js';
import { endStandalone, startStandalone, type TestStandalone } from '../tools/standalone.js';

let diode: TestStandalone;

beforeAll(async () => {
  diode = await startStandalone();
}, 120_000);

afterAll(async () => {
  await endStandalone(diode);
});

const cli = (...args: string[]) => runCommand('bin/diode', args, { env: { DIODE_DATA_DIR: diode.dataDir } });

describe('the diode command', () => {
  it('shows the plan of a CSV and writes nothing', async () => {
    const run = await cli('ingest', 'examples/devices.csv', '--dry-run');
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/create dcim\.device ACCESS-01/);
    expect(run.stdout).toContain('3 sent, 3 accepted, 0 refused; dry run, nothing written');
    expect((await diode.netbox('GET', '/api/dcim/devices/')).body.count).toBe(0);
  });

  it('lands a CSV and says so; again it is unchanged', async () => {
    const run = await cli('ingest', 'examples/devices.csv', '--wait');
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain('3 applied');
    const again = await cli('--json', 'ingest', 'examples/devices.csv', '--wait');
    expect(JSON.parse(again.stdout)).toMatchObject({ accepted: 3, counts: { unchanged: 3 } });
  });

  it('reads NDJSON from standard input', async () => {
    const line = JSON.stringify({ object_type: 'sites', data: { name: 'From stdin' } });
    const run = await runCommand('bin/diode', ['ingest', '-', '--format', 'ndjson', '--wait'], {
      env: { DIODE_DATA_DIR: diode.dataDir },
      input: `${line}\n`,
    });
    expect(run.code, run.stderr).toBe(0);
    expect((await diode.netbox('GET', '/api/dcim/sites/?slug=from-stdin')).body.count).toBe(1);
  });

  it('shows a mistake with the place and the remedy, and exits 1', async () => {
    const run = await cli('ingest', 'examples/mistake.json', '--type', 'devices', '--wait');
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('rejected');
    expect(run.stdout).toContain('/device_type');
  });

  it('exits 2 for what it cannot understand and 3 for what it cannot reach', async () => {
    expect((await cli('ingest', 'no-such-file.csv')).code).toBe(2);
    expect((await cli('nonsense')).code).toBe(2);
    expect((await cli('--help')).code).toBe(0);
    const away = await cli('--url', 'http://127.0.0.1:9', 'get', '/api/v1/why-idle');
    expect(away.code).toBe(3);
    expect(away.stderr).toContain('cannot reach Diode');
  });

  it('doctor finds a healthy platform', async () => {
    const run = await cli('doctor');
    expect(run.stdout).toContain('All is well.');
    expect(run.code).toBe(0);
  });
});

describe('what the platform shows', () => {
  it('has metrics that promtool finds clean, with the names of the seed', async () => {
    const exposition = await (await fetch(`${diode.metricsUrl}/metrics`)).text();
    expect(exposition).toContain('diode_sync_operations_total{source="diode-cli"'.slice(0, 27));
    expect(exposition).toMatch(/diode_data_ingestion_rate_bucket\{.*le="0\.5"/);
    expect(exposition).toMatch(/diode_reconciliation_duration_bucket\{.*le="300"/);
    expect(await checkMetrics(exposition)).toBe('');
  }, 400_000);

  it('has a page, an API document and its readable form', async () => {
    const page = await (await fetch(`${diode.url}/`)).text();
    expect(page).toContain('All is well.');
    expect(page).toContain('ACCESS-01');
    const document = (await (await fetch(`${diode.url}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, unknown>;
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/ingest', '/api/v1/sync/{sync_id}/status', '/api/v1/why-idle']),
    );
    const docs = await fetch(`${diode.url}/api/docs`);
    expect(docs.status).toBe(200);
    const scripts = [...(await docs.text()).matchAll(/src="([^"]+)"/g)].map((m) => m[1]!);
    const sources = await Promise.all(scripts.map(async (src) => (await fetch(new URL(src, diode.url))).text()));
    expect(sources.join('')).toContain('/api/v1/openapi.json');
  });

  it('never logs a secret or a token', async () => {
    const output = diode.output();
    expect(output).not.toContain(diode.clientSecret);
    expect(output).not.toContain(await diode.token());
    expect(output).not.toContain(diode.netboxToken);
  });
});
