import { cpus } from 'node:os';

/** How many cores were busy, with anything at all, while `work` ran. As many as there are: nothing was left to take. */
export async function busyCores<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly cores: number }> {
  const before = total();
  const value = await work();
  const after = total();
  const all = after.busy + after.idle - before.busy - before.idle;
  return { value, cores: (cpus().length * (after.busy - before.busy)) / all };
}

function total(): { busy: number; idle: number } {
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    busy += times.user + times.nice + times.sys + times.irq;
  }
  return { busy, idle };
}
