import { runMain } from '@diode/runtime';
import { AUTH_SETTINGS } from './settings.js';
import { startAuth } from './start-auth.js';

await runMain({ service: 'auth', settings: AUTH_SETTINGS, env: process.env, start: startAuth });
