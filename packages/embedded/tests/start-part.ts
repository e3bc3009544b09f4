import { startPostgres, startRedis } from '../src/index.js';

/** Started by the tests in a process that they can kill: `start-part.ts postgres|redis <options as JSON>`. */
const [part = '', json = '{}'] = process.argv.slice(2);
const log = {
  info: (fields: object, message: string) => console.error(message, JSON.stringify(fields)),
  warn: (fields: object, message: string) => console.error(message, JSON.stringify(fields)),
};
const start = part === 'redis' ? startRedis : startPostgres;
try {
  const running = await start({ ...JSON.parse(json), log });
  console.log(`running ${JSON.stringify({ url: running.url, kind: running.kind, pid: running.pid })}`);
  // Nothing else keeps this process alive, as the servers must not.
  const stay = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', async () => {
    clearInterval(stay);
    await running.stop();
    console.log('stopped');
  });
} catch (error) {
  console.log(`failed ${error instanceof Error ? error.message : String(error)}`);
}
