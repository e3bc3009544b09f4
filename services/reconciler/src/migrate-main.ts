import { runMigrate } from './migrate/run-migrate.js';

// As the first process of a container it would not end on a signal by itself. Postgres takes a half-made migration back.
for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGINT', 2],
] as const)
  process.once(signal, () => process.exit(128 + number));

process.exitCode = await runMigrate({
  args: process.argv.slice(2),
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
