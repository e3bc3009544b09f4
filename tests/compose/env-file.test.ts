import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../tools/run-command.js';
import { freshCheckout, removeCheckout } from './lab/checkout.js';
import { healthy } from './lab/services.js';
import { EDGE_PORT, stack, TLS_PORT } from './lab/stack.js';

// The same project from another checkout, whose .env alone says what is different.
const project = stack();
const FREE = { DIODE_PORT: '18480', DIODE_TLS_PORT: '18443' };
let dir: string;
beforeAll(async () => {
  dir = await freshCheckout();
});
afterAll(() => removeCheckout(dir));
beforeEach(() => envFile(''));

const envFile = (text: string): void => writeFileSync(join(dir, '.env'), text);

function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
  const { DIODE_PORT: _port, DIODE_TLS_PORT: _tls, ...rest } = project.env;
  return runCommand(program, args, { cwd: dir, env: { ...rest, ...env }, timeoutMs: 300_000 });
}
const script = (name: string, ...args: readonly string[]): Promise<CommandResult> => run(`./scripts/${name}`, args);

/** What the scripts take for NAME; its default is `unset`. */
async function setting(name: string, env: Record<string, string> = {}): Promise<string> {
  const text = `. scripts/lib/compose-settings.sh; read_compose_settings "$PWD" && compose_setting ${name} unset`;
  const { code, stdout, stderr } = await run('bash', ['-c', text], env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('what the scripts read of .env', () => {
  it.each([
    ['DIODE_PORT=8090', '8090'],
    ['  export DIODE_PORT = 8090 # the front door', '8090'],
    ['DIODE_PORT="8090"\r', '8090'],
    ['DIODE_PORT=', 'unset'],
    ['# DIODE_PORT=8090', 'unset'],
    ['BASE=80\nDIODE_PORT=$' + '{BASE}91', '8091'],
  ])('%j', async (text, expected) => {
    envFile(`${text}\n`);
    expect(await setting('DIODE_PORT')).toBe(expected);
  });

  it('every character as Compose takes it', async () => {
    const url = `postgres://a:b c"d\\e'$f&<ü>@db/d`;
    envFile(`DIODE_DATABASE_URL="postgres://a:b c\\"d\\\\e'\\$f&<ü>@db/d" # mine\n`);
    expect(await setting('DIODE_DATABASE_URL')).toBe(url);
    envFile(`HYDRA_DATABASE_URL='a\\n$$x "y"'\n`);
    expect(await setting('HYDRA_DATABASE_URL')).toBe('a\\n$$x "y"');
  });

  it('the environment before it', async () => {
    envFile('DIODE_PORT=8090\n');
    expect(await setting('DIODE_PORT', { DIODE_PORT: '8091' })).toBe('8091');
  });
});

describe('scripts in a checkout with a .env', () => {
  it('do not take the Postgres of these containers for one that .env names elsewhere', async () => {
    const made = await script('backup-diode.sh', '--out', join(dir, 'back ups'));
    expect(made.code, made.stderr).toBe(0);
    const backup = made.stdout.trim();
    for (const name of ['DIODE_DATABASE_URL', 'HYDRA_DATABASE_URL']) {
      envFile(`# spaces and quotes\nexport ${name} = "postgres://diode:a b'c@db.example.com/diode" # ours\n`);
      const refusals = [
        await script('backup-diode.sh', '--out', join(dir, 'none')),
        await script('verify-backup.sh', backup, '--in-place'),
        await script('restore-diode.sh', backup, '--yes', '--force'),
      ];
      for (const refused of refusals) {
        expect([refused.code, refused.stderr]).toEqual([
          78,
          expect.stringContaining(`${name} names a Postgres of your own`),
        ]);
      }
    }
    expect(existsSync(join(dir, 'none'))).toBe(false);
  });

  it('end with 78 and the words of Compose where it cannot read .env', async () => {
    envFile('DIODE_DATABASE_URL="postgres://never closed\n');
    const runs = [
      await script('backup-diode.sh', '--compose', '--out', join(dir, 'none')),
      await script('health-check.sh', '--compose'),
    ];
    for (const refused of runs)
      expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('unterminated')]);
    expect(existsSync(join(dir, 'none'))).toBe(false);
  });

  it('find a platform that listens on the ports of .env', async () => {
    envFile(
      `DIODE_PORT="${FREE.DIODE_PORT}" # instead of ${EDGE_PORT}\nexport DIODE_TLS_PORT='${FREE.DIODE_TLS_PORT}' # not ${TLS_PORT}\n`,
    );
    const up = await run('docker', ['compose', 'up', '-d', '--no-deps', '--wait', 'ingress-nginx']);
    try {
      expect(up.code, up.stderr).toBe(0);
      expect((await fetch(`http://localhost:${FREE.DIODE_PORT}/health`)).status).toBe(200);
      const found = await script('health-check.sh', '--json');
      expect(JSON.parse(found.stdout)).toMatchObject({ status: 'ok', form: 'compose' });
      expect(found.code).toBe(0);
    } finally {
      await project.compose('up', '-d', '--no-deps', '--wait', 'ingress-nginx');
      await healthy(project, 'ingress-nginx');
    }
  });
});
