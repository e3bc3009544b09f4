import { runBackup } from './backup/run-backup.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const write = (stream: NodeJS.WriteStream) => (line: string) => void stream.write(`${line}\n`);

process.exitCode = await runBackup({
  args: process.argv.slice(2),
  env: process.env,
  out: write(process.stdout),
  err: write(process.stderr),
  signal: stop.signal,
});
