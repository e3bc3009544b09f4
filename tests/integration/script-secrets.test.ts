import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../tools/run-command.js';

// Programs of this test stand in for the real ones and write down with which arguments they were called: every user of a machine reads those.
const REFUSED = 'exit 1';
const SECRET = 'a+b%c"d\\e f:é&=/$x';
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode secrets '));
  for (const name of ['docker', 'psql', 'curl']) program(name, REFUSED);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (name: string): string => join(dir, name);
const inFile = (name: string): string => readFileSync(at(name), 'utf8');

function program(name: string, body: string): void {
  writeFileSync(at(name), `#!/bin/bash\nprintf '%s\\n' "$*" >>"$FAKE/arguments"\n${body}\n`);
  chmodSync(at(name), 0o755);
}

const run = (command: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> =>
  runCommand(command, args, { env: { PATH: `${dir}:${process.env.PATH ?? ''}`, FAKE: dir, ...env } });

describe('no script shows a secret to a process list', () => {
  it('quickstart.sh --docker hands the connection over by the environment, whatever is in it', async () => {
    writeFileSync(at('secret'), SECRET);
    program(
      'docker',
      `case "$*" in
  "compose version"*) echo 2.24.0 ;;
  *"config --format json") sed -n 's/^      \\([A-Z_0-9]*\\): .*/        "\\1": "",/p' ;;
  *" show diode-ingest" | *netbox_token) cat "$FAKE/secret" ;;
  *first-device.mjs) printf '%s' "$DIODE_CONNECTION" >"$FAKE/connection" ;;
esac`,
    );
    const { code, stdout, stderr } = await run('./quickstart.sh', ['--docker']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('http://localhost:8080/');
    expect(JSON.parse(inFile('connection'))).toMatchObject({
      client_id: 'diode-ingest',
      client_secret: SECRET,
      netbox_token: SECRET,
      netbox_url: 'http://netbox-sim:8000',
    });
    expect(inFile('arguments')).toContain('first-device.mjs');
    expect(inFile('arguments')).not.toContain(SECRET);
  });

  it("lets psql read the roles' passwords itself", async () => {
    program('psql', 'cat >>"$FAKE/input"');
    expect(await run('sh', ['scripts/docker/postgres-init.sh'])).toMatchObject({ code: 0, stderr: '' });
    expect(inFile('arguments')).not.toMatch(/password/);
    for (const name of ['hydra', 'diode', 'diode_migrate'])
      expect(inFile('input')).toContain(`\\set ${name}_password \`cat /run/diode/${name}_password\``);
  });
});

describe('a token for a client with a secret of any characters', () => {
  let issuer: Server;
  let url: string;
  beforeEach(async () => {
    rmSync(at('curl'));
    issuer = createServer((request, response) => {
      // RFC 6749 §2.3.1, as Hydra reads it.
      const [id = '', secret = ''] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      const known = decodeURIComponent(id) === 'diode-ingest' && decodeURIComponent(secret) === SECRET;
      const body = known ? { access_token: 'a.token' } : { error: 'invalid_client' };
      request.resume().on('end', () => response.writeHead(known ? 200 : 401).end(JSON.stringify(body)));
    });
    await new Promise<void>((done) => issuer.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => issuer.close(done)));

  const check = (secret: string): Promise<CommandResult> =>
    run('bash', [
      '-c',
      'program=test; usage() { :; }; . scripts/lib/operate.sh; . scripts/lib/checks.sh; check_token "$1/oauth2/token" "$2" again; finish',
      'test',
      url,
      secret,
    ]);

  it('is what health-check.sh gets, and not with another secret', async () => {
    expect(await check(SECRET)).toMatchObject({ code: 0, stdout: '✅ OAuth2 Authentication: Working\n' });
    expect(await check(`${SECRET}x`)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Failed (invalid_client)'),
    });
  });

  it('is what performance-test.sh gets, its secret in no argument', async () => {
    program('curl', `PATH=\${PATH#*:} exec curl "$@"`);
    const env = { HYDRA_PUBLIC_URL: url, DIODE_CLIENT_SECRET: SECRET };
    const { code, stdout } = await run('tests/performance-test.sh', ['--tokens', '1', '--devices', '0'], env);
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 of 0 accepted')]);
    expect(inFile('arguments')).toContain('/oauth2/token');
    expect(inFile('arguments')).not.toContain(SECRET.slice(0, 4));
  });
});
