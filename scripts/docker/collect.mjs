// Copies what one workspace runs with (its own and its workspaces' built code, and the folders their package.json lists as `files`)
// from a built checkout into an image's tree: node scripts/docker/collect.mjs services/auth /out
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [workspace, out] = process.argv.slice(2);
if (workspace === undefined || out === undefined) throw new Error('usage: collect.mjs WORKSPACE OUT');

const manifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const folders = new Map(
  ['packages', 'services'].flatMap((room) =>
    readdirSync(room)
      .map((name) => join(room, name))
      .filter((folder) => existsSync(join(folder, 'package.json')))
      .map((folder) => [manifest(folder).name, folder]),
  ),
);

function closure(folder, seen = new Set()) {
  if (seen.has(folder)) return seen;
  seen.add(folder);
  for (const name of Object.keys(manifest(folder).dependencies ?? {})) {
    const next = folders.get(name);
    if (next !== undefined) closure(next, seen);
  }
  return seen;
}

// Types and source maps are for those who develop.
const runs = (path) => statSync(path).isDirectory() || !/\.(d\.ts|d\.ts\.map|js\.map|tsbuildinfo)$/.test(path);

for (const folder of closure(workspace)) {
  for (const name of ['package.json', ...(manifest(folder).files ?? ['dist'])]) {
    const to = join(out, folder, name);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(folder, name), to, { recursive: true, filter: runs });
  }
}
