import { runBootstrap } from './bootstrap/run.js';

// A reader that goes away (`… | head -1`) must not stop work on clients half-way.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const write = (stream: NodeJS.WriteStream) => (line: string) => void stream.write(`${line}\n`);

process.exitCode = await runBootstrap({
  argv: process.argv.slice(2),
  env: process.env,
  out: write(process.stdout),
  err: write(process.stderr),
});
