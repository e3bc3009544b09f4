// Prints where the standalone of this data directory runs, or nothing.
import { connection } from './diode.mjs';

try {
  const c = connection();
  process.kill(c.pid, 0);
  // The pid may be another program's by now.
  if ((await fetch(`${c.url}/health`, { signal: AbortSignal.timeout(2_000) })).status > 0)
    console.log(`${c.url}, process ${c.pid}`);
} catch {
  // No file, or one that a killed process left.
}
