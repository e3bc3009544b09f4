import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = new URL('../../nginx/upstreams.sh', import.meta.url).pathname;
/** What the script allows: ten reloads at once, then one in five looks. */
const AT_ONCE = 10;
const LOOKS_A_RELOAD = 5;

/** Names and nginx of this test. A name in `flap` has another address at each look; one in `stumble` has none at the next. */
const GETENT = `#!/bin/sh
echo >>"$FAKE/looks.$2"
if [ -e "$FAKE/stumble.$2" ]; then rm "$FAKE/stumble.$2"; exit 2; fi
if [ -e "$FAKE/flap.$2" ]; then echo "10.0.0.$(($(wc -l <"$FAKE/looks.$2") % 2 + 1)) STREAM"; exit 0; fi
[ -s "$FAKE/name.$2" ] || exit 2
sed 's/$/ STREAM/' "$FAKE/name.$2"
`;
const NGINX = `#!/bin/sh
case "$*" in
  "-t -q") [ ! -e "$FAKE/unusable" ] || { echo "key values mismatch" >&2; exit 1; } ;;
  "-s reload") echo >>"$FAKE/reloads" ;;
  *) exit 1 ;;
esac
`;

let dir: string;
let script: ChildProcess;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode-upstreams-'));
  mkdirSync(join(dir, 'bin'));
  for (const [name, text] of Object.entries({ getent: GETENT, nginx: NGINX, nslookup: '#!/bin/sh\nexit 1\n' })) {
    writeFileSync(join(dir, 'bin', name), text);
    chmodSync(join(dir, 'bin', name), 0o755);
  }
  writeFileSync(join(dir, 'pid'), '1\n');
  setAddresses('two', ['10.0.0.8', '10.0.0.7']);
  setAddresses('one', ['10.0.0.9']);
});

afterEach(() => {
  // The script's own process is gone by now, what it left to watch is in its group.
  if (script.pid !== undefined) process.kill(-script.pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const setAddresses = (name: string, addresses: readonly string[]): void =>
  writeFileSync(join(dir, `name.${name}`), addresses.map((address) => `${address}\n`).join(''));
const linesIn = (file: string): number =>
  existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8').split('\n').length - 1 : 0;
const told = (): string => readFileSync(join(dir, 'upstreams.conf'), 'utf8');

async function start(): Promise<void> {
  script = spawn('sh', [SCRIPT], {
    detached: true,
    stdio: 'ignore',
    env: {
      PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
      FAKE: dir,
      UPSTREAMS: 'ingester=two:80 hydra=one:4444 auth=nobody:80',
      UPSTREAMS_FILE: join(dir, 'upstreams.conf'),
      UPSTREAMS_CERTIFICATE: join(dir, 'certificate'),
      UPSTREAMS_EVERY: '0.02',
      UPSTREAMS_NGINX_PID: join(dir, 'pid'),
    },
  });
  await new Promise((done) => script.once('exit', done));
}

async function looks(name: string, more: number): Promise<void> {
  const before = linesIn(`looks.${name}`);
  await until(() => linesIn(`looks.${name}`) >= before + more, { timeoutMs: 20_000, message: `${more} looks` });
}

describe('nginx/upstreams.sh', () => {
  it('writes a server for each address of a name, and starts without one', async () => {
    await start();
    expect(told()).toMatch(/upstream ingester \{[^}]*server 10\.0\.0\.7:80 [^}]*server 10\.0\.0\.8:80 /);
    expect(told()).toMatch(/upstream ingester_grpc \{[^}]*server 10\.0\.0\.7:80 [^}]*server 10\.0\.0\.8:80 /);
    expect(told()).toMatch(/upstream hydra \{[^}]*server 10\.0\.0\.9:4444 /);
    expect(told()).toMatch(/upstream auth \{[^}]*server 127\.0\.0\.1:9;/);
    await looks('one', 5);
    expect(linesIn('reloads')).toBe(0);
  });

  it('tells nginx once when an address goes, comes or the certificate changes', async () => {
    await start();
    setAddresses('two', ['10.0.0.7']);
    await until(() => linesIn('reloads') === 1, { message: 'a reload' });
    expect(told()).not.toContain('10.0.0.8');
    setAddresses('two', ['10.0.0.7', '10.0.0.6']);
    await until(() => linesIn('reloads') === 2, { message: 'a reload' });
    expect(told()).toContain('server 10.0.0.6:80');
    writeFileSync(join(dir, 'certificate'), 'another');
    await until(() => linesIn('reloads') === 3, { message: 'a reload' });
    await looks('one', 5);
    expect(linesIn('reloads')).toBe(3);
  });

  it('keeps what nginx has where it cannot use the new, and takes it up once it can', async () => {
    await start();
    const before = told();
    writeFileSync(join(dir, 'unusable'), '');
    setAddresses('two', ['10.0.0.5']);
    await looks('one', 12);
    expect([linesIn('reloads'), told()]).toEqual([0, before]);
    rmSync(join(dir, 'unusable'));
    await until(() => linesIn('reloads') === 1, { message: 'a reload' });
    expect(told()).toContain('10.0.0.5');
  });

  it('keeps the last addresses of a name that gives none for a moment, and gives it up after three looks', async () => {
    await start();
    writeFileSync(join(dir, 'stumble.one'), '');
    await looks('one', 6);
    expect([linesIn('reloads'), existsSync(join(dir, 'stumble.one'))]).toEqual([0, false]);
    setAddresses('one', []);
    await until(() => /upstream hydra \{[^}]*server 127\.0\.0\.1:9;/.test(told()), { message: 'hydra is given up' });
    await until(() => linesIn('reloads') === 1, { message: 'a reload' });
  });

  it('bears an address that never rests', async () => {
    await start();
    writeFileSync(join(dir, 'flap.one'), '');
    await looks('one', 80);
    const allowed = AT_ONCE + linesIn('looks.one') / LOOKS_A_RELOAD;
    expect(linesIn('reloads')).toBeGreaterThan(AT_ONCE);
    expect(linesIn('reloads')).toBeLessThanOrEqual(allowed + 1);
  });
});
