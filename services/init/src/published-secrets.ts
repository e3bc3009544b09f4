import { DiodeError, type ProblemItem } from '@diode/protocol';

/** Secrets that stand in documents anyone can read; they guard nothing. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'hydra_secret',
  'diode_production_password',
  'diode',
  'hydra',
  'postgres',
  'password',
  'changeme',
  'diode-secret',
  'test-secret',
  'diode-ingest-secret',
  'netbox-to-diode-secret',
  'diode-to-netbox-secret',
  'n8n-integration-secret',
  'jenkins-integration-secret',
]);

/**
 * Refuses published secrets outside demo mode, and demo mode on a port others can reach.
 * @throws DiodeError config_invalid with every mistake at once
 */
export function refusePublished(o: {
  readonly demo: boolean;
  readonly publishHost: string | null;
  /** By the name of the variable. */
  readonly given: Readonly<Record<string, string | null>>;
}): void {
  const mistakes = [...(o.demo ? openDemo(o.publishHost) : []), ...(o.demo ? [] : published(o.given))];
  if (mistakes.length === 0) return;
  throw new DiodeError('config_invalid', { detail: mistakes.map((m) => m.detail).join('; '), errors: mistakes });
}

function openDemo(publishHost: string | null): ProblemItem[] {
  if (publishHost === null || /^(127\.|::1$|\[::1\]$|localhost$)/.test(publishHost)) return [];
  return [
    {
      pointer: '/env/DIODE_PUBLISH_HOST',
      code: 'config_invalid',
      detail: `DIODE_DEMO=1 uses published secrets, so its ports are published on loopback only, not on ${publishHost}`,
      remedy: 'Leave DIODE_PUBLISH_HOST out, or turn demo mode off.',
    },
  ];
}

function published(given: Readonly<Record<string, string | null>>): ProblemItem[] {
  return Object.entries(given).flatMap(([env, value]) => {
    if (value === null || !holdsPublished(value)) return [];
    return [
      {
        pointer: `/env/${env}`,
        code: 'config_invalid',
        detail: `${env} is a secret from a published example: everyone knows it`,
        remedy: `Leave ${env} empty, so that one is made for you, or choose your own; DIODE_DEMO=1 allows published ones on loopback.`,
      },
    ];
  });
}

/** The value itself, or the password inside a URL. */
function holdsPublished(value: string): boolean {
  if (PUBLISHED.has(value)) return true;
  return URL.canParse(value) && PUBLISHED.has(decodeURIComponent(new URL(value).password));
}
