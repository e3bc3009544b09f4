import type { Project } from './compose.js';

/** kill -9 of a service's first process; Docker starts the container again. */
export function crash(project: Project, service: string): Promise<void> {
  return signalProcess(project, service, 'SIGKILL');
}

/**
 * A signal for a service's first process, from outside its container and past Docker, which takes each `docker kill` for an operator's
 * wish and does not start the container again.
 */
export async function signalProcess(
  project: Project,
  service: string,
  signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
): Promise<void> {
  const id = (await project.compose('ps', '--quiet', service)).trim();
  const pid = (await project.docker('inspect', '--format', '{{.State.Pid}}', id)).trim();
  const image = `diode-auth:${project.env.DIODE_VERSION}`;
  const send = ['--entrypoint', 'node', image, '-e', `process.kill(${Number(pid)}, '${signal}')`];
  await project.docker('run', '--rm', '--pid', 'host', '--network', 'none', '--user', '0', ...send);
}
