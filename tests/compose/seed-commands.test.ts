import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pythonWithPackages } from '../tools/python.js';
import { stack } from './lab/stack.js';

const project = stack();

/** The rows of the first table: what is printed, what we run. A `\|` in a cell is a pipe. */
const rows = readFileSync(new URL('../../docs/seed-commands.md', import.meta.url), 'utf8')
  .split('## Files that are printed')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
  .map(([, printed = '', ours = '']) => [printed, ours.replace(/^`|`$/g, '')] as const);

/** What the command must have said, beside ending well. */
const SAYS: readonly (readonly [RegExp, RegExp])[] = [
  [/^docker compose ps$/, /diode-reconciler/],
  [/setup-clients\.sh$/, /7 clients ready/],
  [/8080\/health/, /"status":"ok"/],
  [/oauth2\/token/, /"access_token":"/],
  [/list clients.*json$/, /"client_id":"diode-ingest"/],
  [/pg_isready/, /accepting connections/],
  [/redis-cli ping/, /PONG/],
  [/health-check\.sh$/, /OAuth2 Authentication: Working/],
  [/python_client/, /(applied|unchanged) dcim\.device SWITCH-01/],
  [/unittest/, /OK/],
  [/performance-test/, /50 of 50 accepted/],
  [/netbox-sim:8000/, /403/],
];

describe("the seed's commands, in our column", () => {
  let path = '';
  beforeAll(async () => {
    path = `${dirname(await pythonWithPackages())}:${process.env.PATH ?? ''}`;
  });

  it('are all in the table', () => {
    expect(rows.length).toBeGreaterThan(28);
  });

  it.each(rows)('%s', async (_printed, ours) => {
    const { code, stdout, stderr } = await project.command('bash', [
      '-euo',
      'pipefail',
      '-c',
      `PATH='${path}'; ${ours}`,
    ]);
    const said = `${stdout}\n${stderr}`;
    expect(code, said.slice(-3_000)).toBe(0);
    for (const [command, words] of SAYS) if (command.test(ours)) expect(said).toMatch(words);
  });
});
