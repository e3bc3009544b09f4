import { runMain } from '@diode/runtime';
import { INGESTER_SETTINGS } from './settings.js';
import { startIngester } from './start-ingester.js';

await runMain({
  service: 'ingester',
  settings: INGESTER_SETTINGS,
  env: process.env,
  start: async (context) => {
    const ports = await startIngester(context);
    process.send?.(ports);
  },
});
