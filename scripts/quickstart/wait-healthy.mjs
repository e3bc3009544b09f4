// Usage: node wait-healthy.mjs PID LOG. Waits until the standalone with that pid has written its connection file and is healthy.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connection } from './diode.mjs';

const [pid, log] = process.argv.slice(2);
const deadline = Date.now() + 120_000;
let shown = 0;

while (Date.now() < deadline) {
  showProgress();
  if (!alive()) fail('Diode ended before it was ready');
  const c = current();
  if (c !== null && (await healthy(c.url))) process.exit(0);
  await sleep(100);
}
fail('Diode is not healthy after 120 s');

function alive() {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

/** The file of an earlier run names another pid. */
function current() {
  try {
    const c = connection();
    return c.pid === Number(pid) ? c : null;
  } catch {
    return null;
  }
}

async function healthy(url) {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function lines() {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((l) => l !== '');
}

function message(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line, level: null };
  }
}

/** Long steps say what they do. */
function showProgress() {
  const all = lines();
  for (; shown < all.length; shown += 1) {
    const entry = message(all[shown]);
    if (entry.progress === true) console.log(`  ${entry.msg}`);
  }
}

function fail(why) {
  const bad = lines()
    .map(message)
    .filter((m) => m.level === 'error' || m.level === 'fatal' || m.level === null);
  const last = bad.length > 0 ? bad.slice(-5).map((m) => m.msg) : lines().slice(-5);
  console.error(`diode: ${why}: ${last.join('\n  ') || `see ${log}`}`);
  process.exit(1);
}
