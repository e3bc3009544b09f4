import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { collectStream } from '../tests/support/collect-output.js';
import { startFakeDiode } from '../tests/support/fake-diode.js';
import { EXIT } from './exit-codes.js';
import { run } from './run.js';
import { VERSION } from './version.js';

async function diode(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const stdout = collectStream();
  const stderr = collectStream();
  const codes: number[] = [];
  await run(args, {
    env,
    cwd: '/nonexistent',
    checkout: '/nonexistent',
    stdin: Readable.from([]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    exit: (code) => void codes.push(code),
    onInterrupt: () => new AbortController().signal,
  });
  expect(codes).toHaveLength(1);
  return { code: codes[0], stdout: stdout.text(), stderr: stderr.text() };
}

const COMMANDS = ['start', 'ingest', 'import', 'export', 'doctor', 'get', 'go-live', 'observe'];

describe('the command line', () => {
  it('shows its help without arguments, and the same with --help', async () => {
    const bare = await diode([]);
    expect(bare.code).toBe(EXIT.ok);
    for (const name of COMMANDS) expect(bare.stdout).toContain(`  ${name}`);
    expect(bare.stdout).toContain('Exit codes: 0 ok');
    expect(await diode(['--help'])).toEqual(bare);
  });

  it.each(COMMANDS)('explains %s with an example and the options all commands share', async (name) => {
    const { code, stdout } = await diode([name, '--help']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/Example:\n.*diode /);
    expect(stdout).toContain('--json');
  });

  it('has the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(VERSION).toBe(version);
    expect(await diode(['--version'])).toMatchObject({ code: EXIT.ok, stdout: `${version}\n` });
  });

  it.each([
    [['ingest', 'x.csv', '--dryrun'], '(Did you mean --dry-run?)'],
    [['ingst'], '(Did you mean ingest?)'],
    [['ingest'], "missing required argument 'file'"],
    [['ingest', 'x.csv', 'y.csv'], 'too many arguments'],
    [['ingest', 'x.csv', '--format', 'xml'], 'Allowed choices are json, ndjson, csv'],
    [['ingest', 'x.csv', '--wait-seconds', 'soon'], 'It is a number of seconds.'],
    [['ingest', 'no-such-file.csv'], 'there is no file no-such-file.csv'],
    [['--url', 'nonsense', 'get', '/x'], 'is not a URL of Diode'],
  ])('exits 2 for %j with a hint', async (args, hint) => {
    const { code, stderr, stdout } = await diode(args);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain(hint);
    expect(stdout).toBe('');
  });

  it('exits 78 without credentials, in one sentence; with --json also as JSON', async () => {
    const { code, stdout, stderr } = await diode(['get', '/x', '--json']);
    expect(code).toBe(EXIT.config);
    expect(stderr).toMatch(/^diode: no client to authenticate as.*\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 78, error: expect.stringContaining('no client') });
  });
});

describe('commands that ask or decide', () => {
  const env = (url: string) => ({ DIODE_URL: url, DIODE_CLIENT_ID: 'a', DIODE_CLIENT_SECRET: 'b' });

  it('gets a path and prints it; 1 when Diode refuses', async () => {
    await using fake = await startFakeDiode((r) =>
      r.path === '/good' ? { json: { a: 1 } } : { status: 404, json: { detail: 'no' } },
    );
    expect(await diode(['get', '/good'], env(fake.url))).toMatchObject({ code: EXIT.ok, stdout: '{\n  "a": 1\n}\n' });
    expect((await diode(['get', '/bad'], env(fake.url))).code).toBe(EXIT.attention);
    expect((await diode(['get', 'good'], env(fake.url))).code).toBe(EXIT.usage);
  });

  it('goes live and observes with a token that holds admin', async () => {
    await using fake = await startFakeDiode((r) => ({ json: JSON.parse(r.body) }));
    expect((await diode(['go-live'], env(fake.url))).stdout).toContain('writes to NetBox from now on');
    expect((await diode(['observe'], env(fake.url))).stdout).toContain('writes nothing');
    expect(fake.requests.map((r) => r.body)).toEqual(['{"mode":"write"}', '{"mode":"observe"}']);
    for (const { body } of fake.tokenRequests)
      expect(new URLSearchParams(body).get('scope')?.split(' ')).toContain('admin');
  });

  it('ends with 3 and the remedy when the client may not decide', async () => {
    await using fake = await startFakeDiode(() => ({ status: 403, json: {} }));
    const { code, stderr } = await diode(['go-live'], env(fake.url));
    expect(code).toBe(EXIT.unreachable);
    expect(stderr).toContain('diode-operator');
  });
});
