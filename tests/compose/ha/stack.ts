import { inject } from 'vitest';
import { openProject, type Project } from '../lab/compose.js';

export const PROJECT = process.env.DIODE_TEST_PROJECT ?? 'diode-test';
export const FILES = ['docker-compose.ha.yml'];

/** The two front doors, as `host:port`. */
export const DOORS = [
  `127.0.0.1:${process.env.DIODE_PORT ?? 8080}`,
  `127.0.0.1:${process.env.DIODE_PORT_2 ?? 8081}`,
] as const;

export const NETBOX = `http://127.0.0.1:${process.env.DIODE_NETBOX_SIM_PORT ?? 8000}`;

/** The metrics of both instances of what stands twice and shows metrics. */
export const METRICS: Readonly<Record<string, string>> = {
  'reconciler-1': metrics('DIODE_METRICS_PORT', 9090),
  'ingester-1': metrics('DIODE_INGESTER_METRICS_PORT', 9091),
  'auth-1': metrics('DIODE_AUTH_METRICS_PORT', 9092),
  'reconciler-2': metrics('DIODE_RECONCILER_2_METRICS_PORT', 9093),
  'ingester-2': metrics('DIODE_INGESTER_2_METRICS_PORT', 9094),
  'auth-2': metrics('DIODE_AUTH_2_METRICS_PORT', 9095),
};

function metrics(name: string, usual: number): string {
  return `http://127.0.0.1:${process.env[name] ?? usual}/metrics`;
}

export function stack(): Project {
  return openProject({ dir: inject('composeCheckout'), name: PROJECT, files: FILES });
}
