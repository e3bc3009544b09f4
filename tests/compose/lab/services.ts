import { until } from '@diode/testkit';
import type { Project } from './compose.js';
import { ask } from './edge.js';

/** Runs `work` while a service is stopped (or paused), and gives it back healthy, also when `work` fails. */
export async function without<T>(
  project: Project,
  service: string,
  work: () => Promise<T>,
  how: 'stop' | 'pause' = 'stop',
): Promise<T> {
  await project.compose(how, service);
  try {
    return await work();
  } finally {
    await project.compose(...(how === 'stop' ? ['start', service] : ['unpause', service]));
    await healthy(project, service);
  }
}

/** Healthy to Docker, and all of the way in answers again. */
export async function healthy(project: Project, service: string): Promise<void> {
  await until(async () => (await project.ps()).some((one) => one.service === service && one.health === 'healthy'), {
    timeoutMs: 90_000,
    intervalMs: 250,
    message: `${service} is healthy`,
  });
  await until(
    async () => {
      for (const part of ['ingester', 'reconciler', 'auth']) {
        if ((await ask('GET', `/health/${part}`)).status !== 200) return false;
      }
      return (await ask('GET', '/.well-known/jwks.json')).status === 200;
    },
    { timeoutMs: 60_000, intervalMs: 250, message: 'every service answers through nginx' },
  );
}

/** The log lines of a service that hold a text, parsed. Waits for the first: nginx writes its log once a second. */
export function linesOf(project: Project, service: string, text: string): Promise<Record<string, unknown>[]> {
  return until(
    async () => {
      const log = await project.compose('logs', '--no-log-prefix', '--no-color', '--since', '2m', service);
      const lines = log.split('\n').filter((line) => line.includes(text));
      return lines.length === 0 ? null : lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))));
    },
    { timeoutMs: 10_000, intervalMs: 250, message: `a log line of ${service} with ${text}` },
  );
}
