import { runMain } from '@diode/runtime';
import { STANDALONE_SETTINGS } from './settings.js';
import { startStandalone } from './start.js';

await runMain({
  service: 'diode',
  settings: STANDALONE_SETTINGS,
  env: process.env,
  start: (context) => startStandalone({ ...context, env: process.env }),
});
