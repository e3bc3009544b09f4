import { runMain } from '@diode/runtime';
import { RECONCILER_SETTINGS } from './settings.js';
import { startReconciler } from './start-reconciler.js';

await runMain({
  service: 'reconciler',
  settings: RECONCILER_SETTINGS,
  env: process.env,
  start: async (context) => {
    await startReconciler(context);
  },
});
