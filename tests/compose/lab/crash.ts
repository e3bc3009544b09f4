import type { Project } from './compose.js';

/**
 * kill -9 of a service's first process, from outside its container and past Docker, which takes a `docker kill` for an operator's wish and
 * does not start the container again.
 */
export async function crash(project: Project, service: string): Promise<void> {
  const id = (await project.compose('ps', '--quiet', service)).trim();
  const pid = (await project.docker('inspect', '--format', '{{.State.Pid}}', id)).trim();
  const kill = [
    '--entrypoint',
    'node',
    `diode-auth:${project.env.DIODE_VERSION}`,
    '-e',
    `process.kill(${Number(pid)}, 'SIGKILL')`,
  ];
  await project.docker('run', '--rm', '--pid', 'host', '--network', 'none', '--user', '0', ...kill);
}
