import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { makeMetrics } from '@diode/runtime';
import { describe, expect, it } from 'vitest';
import { makeVerdictMetrics } from '../../services/auth/src/edge/verdict-metrics.js';
import { promtool } from '../tools/promtool.js';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const run = promisify(execFile);

const RULES = read('monitoring/alerts.yml');
const CASE_FILES = ['alerts.test.yml', 'alerts-work.test.yml'];
const CASES = CASE_FILES.map((file) => read(`monitoring/${file}`)).join('\n');
const OPERATIONS = read('docs/operations.md');
const DASHBOARD = JSON.parse(read('monitoring/grafana/dashboards/diode.json')) as {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
};
const QUERIES = DASHBOARD.panels.flatMap((panel) => (panel.targets ?? []).map((target) => target.expr)).join('\n');
/** What Prometheus adds itself, or what is open: routes are those of the apps, bounds those of the configuration. */
const NOT_OURS = ['job', 'instance', 'le', 'alertname', 'alertstate', 'route', 'version'];

const alerts = RULES.split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({ name: text.split('\n', 1)[0]!, text }));

/** What each service shows at a scrape, as its start file makes it. */
async function exposed(): Promise<string> {
  const auth = makeMetrics({ service: 'auth', parts: [] });
  makeVerdictMetrics(auth.registry);
  const all = [
    auth,
    makeMetrics({ service: 'ingester', parts: ['ingest'] }),
    makeMetrics({ service: 'reconciler', parts: ['reconcile'] }),
  ];
  all.forEach((metrics) => {
    metrics.grpc.expectMethod('/diode.v1.IngesterService/Ingest');
    metrics.http.expectRoute('/health');
  });
  return (await Promise.all(all.map((metrics) => metrics.render()))).join('\n');
}

const namesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\b(?:diode|nodejs|process)_[a-z0-9_]+/g)].map((m) => m[0])),
];

/** `metric{label="value"}` and `=~"a|b"` of a text, one row a value; patterns that are more than alternatives are left out. */
function labelsIn(text: string): { metric: string; label: string; value: string }[] {
  return [...text.matchAll(/\b((?:diode|nodejs|process)_[a-z0-9_]+)\{([^}]*)\}/g)].flatMap(([, metric, inside]) =>
    [...inside!.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)]
      .filter(([, label]) => !NOT_OURS.includes(label!))
      .flatMap(([, label, values]) => values!.split('|').map((value) => ({ metric: metric!, label: label!, value }))),
  );
}

describe('the alert rules', () => {
  it('and the configuration are valid, and their cases pass, says promtool', async () => {
    const tool = await promtool();
    const cwd = new URL('monitoring/', ROOT);
    await run(tool, ['check', 'config', 'prometheus.yml'], { cwd });
    await run(tool, ['check', 'rules', 'alerts.yml'], { cwd });
    await run(tool, ['test', 'rules', ...CASE_FILES], { cwd });
    // The tool may have to be fetched first.
  }, 180_000);

  it('have, each, a case in which they fire and one in which they do not', () => {
    for (const { name } of alerts) {
      const cases = CASES.split(/^ {6}- /m).filter((text) => text.includes(`ALERTS{alertname="${name}"`));
      expect(cases.join('\n'), name).toMatch(/exp_samples: \[\]/);
      expect(cases.join('\n'), name).toMatch(/exp_samples: [&*]firing\b/);
    }
  });

  it('say how bad it is, what it is, and what to do first', () => {
    expect(alerts.length).toBeGreaterThan(20);
    for (const { name, text } of alerts) {
      expect(text, name).toMatch(/severity: (critical|warning|info) /);
      expect(text, name).toMatch(/^ {10}summary: \S/m);
      expect(text, name).toMatch(/^ {10}description: (["']).*First: .*\1$/m);
      expect(text, name).toContain(`runbook_url: docs/operations.md#${name.toLowerCase()}\n`);
    }
  });

  it('have, each, a section in docs/operations.md, and there is none for an alert that is gone', () => {
    const sections = [...OPERATIONS.matchAll(/^#+ (Diode[A-Z]\w+)$/gm)].map((m) => m[1]);
    expect([...sections].sort()).toEqual(alerts.map((alert) => alert.name).sort());
  });

  it('name jobs that are scraped', () => {
    const jobs = [...read('monitoring/prometheus.yml').matchAll(/job_name: (\S+)/g)].map((m) => m[1]);
    for (const [, job] of RULES.matchAll(/job="([^"]+)"/g)) expect(jobs).toContain(job);
  });
});

describe('rules and dashboard', () => {
  it('name metrics, labels and values that the services show', async () => {
    const text = await exposed();
    const shown = new Set([...text.matchAll(/^([a-z_][a-z0-9_]*)[{ ]/gm)].map((m) => m[1]));
    const asked = namesIn(RULES.replace(/#.*$/gm, '')).concat(namesIn(QUERIES));
    expect(asked.filter((name) => !shown.has(name))).toEqual([]);
    const missing = labelsIn(`${RULES}\n${QUERIES}`).filter(
      ({ metric, label, value }) => !new RegExp(`^${metric}\\{[^}]*${label}="${value}"`, 'm').test(text),
    );
    expect(missing).toEqual([]);
  });
});
