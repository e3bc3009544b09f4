import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GenericContainer, Wait } from 'testcontainers';
import { describe, expect, it } from 'vitest';
import { issuerConformance } from '../../packages/issuer/tests/conformance.js';
import { linters } from '../tools/linters.js';
import { stack } from './lab/stack.js';

const run = promisify(execFile);
const project = stack();

describe('what Compose reads', () => {
  it.each([
    ['docker-compose.yaml', []],
    ['docker-compose.yaml', ['monitoring']],
    ['docker-compose.yaml', ['netbox']],
    ['docker-compose.yaml', ['monitoring', 'netbox']],
    ['docker-compose.ha.yml', []],
    ['docker-compose.ha.yml', ['monitoring']],
    ['docker-compose.yaml:docker-compose.netbox.yaml', []],
  ] as const)('%s %s is whole, and holds no secret of its own', async (files, profiles) => {
    const flags = [
      ...files.split(':').flatMap((file) => ['--file', file]),
      ...profiles.flatMap((profile) => ['--profile', profile]),
    ];
    const shown = await project.compose(...flags, 'config');
    expect(shown).not.toMatch(/hydra_secret|diode-secret|changeme|postgres:\/\/\w+:[^@$]+@/i);
    for (const [, name, value] of shown.matchAll(/^\s+(\w*(?:PASSWORD|SECRET|TOKEN)):\s*(\S+)\s*$/gm)) {
      expect([name, value === '""' ? '' : value]).toEqual([name, '']);
    }
  });
});

describe('what nginx reads', () => {
  it.each(['nginx.conf', 'nginx-ha.conf'])('%s passes nginx -t', async (file) => {
    const flags = ['--rm', '-T', '--no-deps', '-v', `${project.dir}/nginx/${file}:/etc/nginx/nginx.conf:ro`];
    const { code, stderr } = await project.tryCompose('run', ...flags, 'ingress-nginx', 'nginx', '-t');
    expect(stderr).toContain('syntax is ok');
    expect(stderr).not.toMatch(/\[(warn|emerg|alert)\]/);
    expect(code).toBe(0);
  });
});

describe('what linters read', () => {
  it('every shell script passes shellcheck', async () => {
    const { shellcheck } = await linters();
    const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.sh', '.ci/run']);
    const files = listed.stdout.split('\n').filter((name) => name !== '' && !name.startsWith('tests/fixtures/seed/'));
    expect(files.length).toBeGreaterThan(10);
    const { stdout } = await run(shellcheck, ['-x', ...files]).catch((failed: { stdout: string }) => failed);
    expect(stdout).toBe('');
  });

  it('the Dockerfile passes hadolint', async () => {
    const { hadolint } = await linters();
    const { stdout } = await run(hadolint, ['--no-color', 'Dockerfile']).catch((failed: { stdout: string }) => failed);
    expect(stdout).toBe('');
  });
});

describe('a Hydra alone, with its state in memory', async () => {
  const hydra = await new GenericContainer('oryd/hydra:v2.3.0')
    .withEnvironment({
      DSN: 'memory',
      SECRETS_SYSTEM: crypto.randomUUID(),
      STRATEGIES_ACCESS_TOKEN: 'jwt',
      SQA_OPT_OUT: 'true',
      URLS_SELF_ISSUER: 'http://localhost:4444',
    })
    .withCommand(['serve', 'all', '--dev'])
    .withExposedPorts(4444, 4445)
    .withWaitStrategy(Wait.forHttp('/health/ready', 4444))
    .start();
  const at = (port: number): string => `http://${hydra.getHost()}:${hydra.getMappedPort(port)}`;
  const target = { publicUrl: at(4444), adminUrl: at(4445) };

  issuerConformance(target);

  it('ends', async () => {
    await hydra.stop();
    await expect(fetch(`${target.publicUrl}/health/ready`)).rejects.toThrow();
  });
});
