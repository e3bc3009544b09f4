import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = new URL('../../scripts/make-certs.sh', import.meta.url).pathname;
/** As whom diode-init reads nginx/ssl. */
const READER = 1000;
const ME = process.getuid?.() ?? 0;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode certs '));
  chmodSync(dir, 0o755);
  for (const name of ['scripts', 'nginx', 'nginx/ssl']) mkdirSync(join(dir, name));
  cpSync(SCRIPT, join(dir, 'scripts/make-certs.sh'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (path: string): string => join(dir, path);
const mode = (path: string): number => statSync(at(path)).mode & 0o777;
const text = (path: string): string => readFileSync(at(path), 'utf8');

interface As {
  readonly uid: number;
  readonly gid: number;
}

function makeCerts(args: readonly string[] = [], as?: As): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync('sh', [at('scripts/make-certs.sh'), ...args], { encoding: 'utf8', ...as });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The checkout is theirs. Needs root. */
function give(as: As): As {
  for (const name of ['nginx', 'nginx/ssl']) chownSync(at(name), as.uid, as.gid);
  return as;
}

function fitsTogether(): void {
  execFileSync('openssl', ['verify', '-CAfile', at('nginx/ssl/ca.crt'), at('nginx/ssl/diode.crt')], { stdio: 'pipe' });
}

describe('make-certs.sh in nginx/ssl', () => {
  it("keeps the CA's key away from what a container sees, and from Git", () => {
    expect(makeCerts().code).toBe(0);
    fitsTogether();
    expect(existsSync(at('nginx/ssl/ca.key'))).toBe(false);
    expect([mode('nginx/ca'), mode('nginx/ca/ca.key'), text('nginx/ca/.gitignore')]).toEqual([0o700, 0o600, '*\n']);
    expect(text('nginx/ca/ca.crt')).toBe(text('nginx/ssl/ca.crt'));
  });

  it('run again, leaves what is good, also where the key of the CA was taken elsewhere', () => {
    makeCerts(['--name', 'diode.example.com']);
    const before = text('nginx/ssl/diode.crt');
    rmSync(at('nginx/ca'), { recursive: true });
    expect(makeCerts(['--name', 'diode.example.com'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('still good'),
    });
    expect(text('nginx/ssl/diode.crt')).toBe(before);
    // A new CA in silence would be one that no client trusts.
    const renewed = makeCerts(['--name', 'diode.example.com', '--force']);
    expect(renewed).toMatchObject({ code: 1, stderr: expect.stringContaining('--ca-dir') });
    expect(text('nginx/ssl/diode.crt')).toBe(before);
  });

  it('moves a CA key that an earlier version left there, and signs with it', () => {
    makeCerts();
    const ca = text('nginx/ssl/ca.crt');
    cpSync(at('nginx/ca/ca.key'), at('nginx/ssl/ca.key'));
    rmSync(at('nginx/ca'), { recursive: true });
    expect(makeCerts(['--force']).code).toBe(0);
    expect([existsSync(at('nginx/ssl/ca.key')), existsSync(at('nginx/ca/ca.key'))]).toEqual([false, true]);
    expect(text('nginx/ssl/ca.crt')).toBe(ca);
    fitsTogether();
  });

  it('somewhere else, keeps all in one folder, as diode-init wants it', () => {
    expect(makeCerts(['--out', at('own')]).code).toBe(0);
    expect(existsSync(at('own/ca.key'))).toBe(true);
    expect(existsSync(at('nginx/ca'))).toBe(false);
    expect([statSync(at('own/diode.key')).uid, mode('own/diode.key')]).toEqual([ME, 0o600]);
  });
});

describe.runIf(ME === 0)('the key in nginx/ssl, for the user of the container', () => {
  it('is given to it by root, also one that root made before', () => {
    makeCerts();
    expect([statSync(at('nginx/ssl/diode.key')).uid, mode('nginx/ssl/diode.key')]).toEqual([READER, 0o600]);
    chownSync(at('nginx/ssl/diode.key'), 0, 0);
    expect(makeCerts().stderr).toBe('');
    expect(statSync(at('nginx/ssl/diode.key')).uid).toBe(READER);
  });

  it('is its own where it runs the script', () => {
    expect(makeCerts([], give({ uid: READER, gid: READER }))).toMatchObject({ code: 0, stderr: '' });
    expect(mode('nginx/ssl/diode.key')).toBe(0o600);
  });

  it('is readable for its group where who runs the script is of it', () => {
    expect(makeCerts([], give({ uid: 12_345, gid: READER }))).toMatchObject({ code: 0, stderr: '' });
    expect([statSync(at('nginx/ssl/diode.key')).gid, mode('nginx/ssl/diode.key')]).toEqual([READER, 0o640]);
  });

  it('is anybody else’s with the command that is left to do, until it is done', () => {
    const as = give({ uid: 12_345, gid: 12_345 });
    const made = makeCerts(['--quiet'], as);
    expect(made.code).toBe(0);
    expect(made.stderr).toContain(`sudo chown 1000 '${at('nginx/ssl/diode.key')}'`);
    expect(makeCerts([], as).stderr).toContain('sudo chown');
    chownSync(at('nginx/ssl/diode.key'), READER, -1);
    expect(makeCerts([], as)).toMatchObject({ code: 0, stderr: '' });
  });
});
