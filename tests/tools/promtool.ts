import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = new URL('../../node_modules/.cache/diode-promtool', import.meta.url).pathname;

/** promtool from PATH, else from Debian's prometheus package, unpacked without root below node_modules. */
export async function promtool(): Promise<string> {
  const found = await run('sh', ['-c', 'command -v promtool']).then(
    (r) => r.stdout.trim(),
    () => '',
  );
  if (found !== '') return found;
  const unpacked = join(CACHE, 'root', 'usr', 'bin', 'promtool');
  if (existsSync(unpacked)) return unpacked;
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(join(CACHE, 'lists', 'partial'), { recursive: true });
  const state = ['-o', `Dir::State::Lists=${join(CACHE, 'lists')}`, '-o', 'APT::Sandbox::User='];
  await run('apt-get', [...state, 'download', 'prometheus'], { cwd: CACHE, timeout: 120_000 }).catch(async () => {
    await run('apt-get', [...state, 'update'], { cwd: CACHE, timeout: 180_000 });
    await run('apt-get', [...state, 'download', 'prometheus'], { cwd: CACHE, timeout: 120_000 });
  });
  const deb = readdirSync(CACHE).find((f) => f.endsWith('.deb'));
  if (deb === undefined) throw new Error('apt-get download prometheus left no package');
  await run('dpkg-deb', ['-x', join(CACHE, deb), join(CACHE, 'root')]);
  return unpacked;
}

/** What `promtool check metrics` says of an exposition; empty when it is clean. */
export async function checkMetrics(exposition: string): Promise<string> {
  const child = spawn(await promtool(), ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(exposition);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.once('exit', done)),
  ]);
  return code === 0 ? `${out}${err}`.trim() : `exit ${code}: ${out}${err}`;
}
