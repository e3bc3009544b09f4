import { fileURLToPath } from 'node:url';
import { until } from '@diode/testkit';
import { openProject, type Project } from '../tests/compose/lab/compose.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Only a name here, for the claim `iss`: nobody asks at it. */
const ISSUER = 'http://localhost:4444';
/** Below where Hydra's pool deadlocks (docs/security.md). */
const TOKENS_AT_ONCE = 8;

export interface EdgeStack {
  /** From `docker compose up` on built images, with nothing there before, until everything is healthy. */
  readonly upSeconds: number;
  /** `host:port` of containers, past the ports Docker publishes: each is reached in the same way. */
  readonly nginx: string;
  readonly ingester: string;
  readonly auth: string;
  readonly version: string;
  tokens(count: number): Promise<readonly string[]>;
  emptyTables(): Promise<void>;
  /** From here on the ingester has at most so much of the machine. */
  holdIngester(cores: number): Promise<void>;
  down(): Promise<void>;
}

/** The Compose form as it ships, in a project of its own. Null where no engine answers. */
export async function startEdgeStack(): Promise<EdgeStack | null> {
  const project = openProject({
    dir: ROOT,
    name: 'diode-bench',
    files: ['docker-compose.yaml', 'bench/compose.edge.yaml'],
    env: { ...ANY_PORT, HYDRA_PUBLIC_URL: ISSUER, DIODE_VERSION: process.env.DIODE_VERSION ?? 'bench' },
  });
  if ((await project.command('docker', ['version'])).code !== 0) return null;
  await project.destroy();
  await project.compose('build', '--quiet');
  const start = performance.now();
  try {
    await project.compose('up', '--detach', '--wait', '--wait-timeout', '300');
    const upSeconds = (performance.now() - start) / 1_000;
    const secret = (await project.compose(...BOOTSTRAP, 'show', 'diode-ingest')).trim();
    // Nobody reconciles while ingest is measured.
    await project.compose('stop', 'diode-reconciler');
    await until(async () => (await project.exec('ingress-nginx', 'cat', '/tmp/upstreams.conf')).includes(NOBODY), {
      timeoutMs: 60_000,
      intervalMs: 1_000,
      message: 'nginx has given the reconciler up, and reloads no more',
    });
    // Hydra itself: nginx slows an address that asks for many tokens.
    const hydra = await addressOf(project, 'hydra');
    return {
      upSeconds,
      nginx: `${await addressOf(project, 'ingress-nginx')}:80`,
      ingester: `${await addressOf(project, 'diode-ingester')}:80`,
      auth: `${await addressOf(project, 'diode-auth')}:80`,
      version: (await project.command('docker', ['version', '--format', '{{.Server.Version}}'])).stdout.trim(),
      tokens: (count) => makeTokens({ url: `http://${hydra}:4444/oauth2/token`, secret, count }),
      emptyTables: async () => void (await project.exec('postgres', ...EMPTY)),
      holdIngester: async (cores) => {
        const id = (await project.compose('ps', '--quiet', 'diode-ingester')).trim();
        await project.docker('update', '--cpus', String(cores), id);
      },
      down: () => project.destroy(),
    };
  } catch (error) {
    await project.destroy();
    throw error;
  }
}

/** What upstreams.sh writes for a name without an address. */
const NOBODY = 'server 127.0.0.1:9;';
const PORTS = ['', 'TLS_', 'ISSUER_', 'ISSUER_ADMIN_', 'METRICS_', 'INGESTER_METRICS_', 'AUTH_METRICS_', 'NETBOX_SIM_'];
const ANY_PORT = Object.fromEntries(PORTS.map((name) => [`DIODE_${name}PORT`, '0']));
const BOOTSTRAP = 'run --rm -T --no-deps diode-auth-bootstrap node services/auth/dist/bootstrap-main.js'.split(' ');
const TRUNCATE = 'TRUNCATE work, syncs, entities, idempotency_keys';
const EMPTY = ['psql', '-q', '-U', 'diode_migrate', '-d', 'diode', '-c', TRUNCATE];

async function addressOf(project: Project, service: string): Promise<string> {
  const id = (await project.compose('ps', '--quiet', service)).trim();
  const format = '{{range $name, $at := .NetworkSettings.Networks}}{{$name}} {{$at.IPAddress}}{{println}}{{end}}';
  const edge = /_edge (\S+)/.exec(await project.docker('inspect', '--format', format, id));
  if (edge?.[1] === undefined) throw new Error(`${service} has no address on the network edge`);
  return edge[1];
}

async function makeTokens(o: { url: string; secret: string; count: number }): Promise<readonly string[]> {
  const tokens: string[] = [];
  const one = async (): Promise<string> => {
    const response = await fetch(o.url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`diode-ingest:${o.secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }),
    });
    if (response.status !== 200) throw new Error(`no token: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { access_token: string }).access_token;
  };
  let asked = 0;
  const worker = async (): Promise<void> => {
    while (asked < o.count) {
      asked += 1;
      tokens.push(await one());
    }
  };
  await Promise.all(Array.from({ length: TOKENS_AT_ONCE }, worker));
  return tokens;
}
