import { type RunningPart, startPostgres, startRedis } from '../src/index.js';

/** Started by the tests in a process that they can kill: `start-part.ts postgres,redis <options as JSON>`. */
const [parts = '', json = '{}'] = process.argv.slice(2);
const log = {
  info: (fields: object, message: string) => console.error(message, JSON.stringify(fields)),
  warn: (fields: object, message: string) => console.error(message, JSON.stringify(fields)),
};
const running: Record<string, RunningPart> = {};
try {
  for (const part of parts.split(',')) {
    running[part] = await (part === 'redis' ? startRedis : startPostgres)({ ...JSON.parse(json), log });
  }
  // Nothing else keeps this process alive, as the servers must not.
  const stay = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', async () => {
    clearInterval(stay);
    for (const part of Object.values(running)) await part.stop();
    console.log('stopped');
  });
  console.log(`running ${JSON.stringify(running)}`);
} catch (error) {
  for (const part of Object.values(running)) await part.stop();
  console.log(`failed ${error instanceof Error ? error.message : String(error)}`);
}
