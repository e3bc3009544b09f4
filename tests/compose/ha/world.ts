import { until } from '@diode/testkit';
import type { Project } from '../lab/compose.js';
import { askOnce } from './http-client.js';
import { NETBOX } from './stack.js';

interface SyncView {
  readonly status: string;
  readonly entities: readonly { readonly state: string }[];
}

/** States of the entities of all syncs, once every sync is terminal. A killed reconciler's claims are free again after a minute. */
export async function endsOf(syncIds: readonly string[], token: string): Promise<Readonly<Record<string, number>>> {
  const states: Record<string, number> = {};
  const left = [...syncIds];
  const deadline = Date.now() + 180_000;
  const worker = async (door: number): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const view = await until(() => terminal(id, door, token), {
        timeoutMs: Math.max(1_000, deadline - Date.now()),
        intervalMs: 250,
        message: `sync ${id} is terminal`,
      });
      for (const { state } of view.entities) states[state] = (states[state] ?? 0) + 1;
    }
  };
  await Promise.all([0, 1, 0, 1].map(worker));
  return states;
}

async function terminal(id: string | undefined, door: number, token: string): Promise<SyncView | null> {
  const answer = await askOnce({
    door,
    path: `/api/v1/sync/${id}/status`,
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const view = JSON.parse(answer.text) as SyncView;
  return view.status === 'completed' || view.status === 'attention' ? view : null;
}

/** How many devices of each name the stand-in NetBox holds. */
export async function devicesInNetbox(project: Project): Promise<ReadonlyMap<string, number>> {
  const token = (await project.exec('netbox-sim', 'cat', '/run/diode/netbox_token')).trim();
  const counts = new Map<string, number>();
  let url: string | null = `${NETBOX}/api/dcim/devices/?limit=1000`;
  while (url !== null) {
    const response = await fetch(url, { headers: { authorization: `Token ${token}` } });
    const page = (await response.json()) as { next: string | null; results: { name: string }[] };
    for (const { name } of page.results) counts.set(name, (counts.get(name) ?? 0) + 1);
    url = page.next === null ? null : `${NETBOX}${new URL(page.next).pathname}${new URL(page.next).search}`;
  }
  return counts;
}

/** Rows that wait for a reconciler or are in its hands. */
export async function workLeft(project: Project): Promise<number> {
  const sql = ['psql', '-U', 'diode_migrate', '-d', 'diode', '-tAc', 'SELECT count(*) FROM work'];
  return Number(await project.exec('postgres', ...sql));
}
