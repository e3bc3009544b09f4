import { DiodeError } from '@diode/protocol';
import { describeConfigMistakes, EXIT, readConfig } from '@diode/runtime';
import { provideSecrets } from './provide-secrets.js';
import { INIT_SETTINGS } from './settings.js';

try {
  const config = readConfig(INIT_SETTINGS, process.env);
  await provideSecrets(config, process.env, (line) => console.log(`diode-init: ${line}`));
} catch (error) {
  const mistake = error instanceof DiodeError && error.code === 'config_invalid';
  console.error(mistake ? describeConfigMistakes(error) : error);
  process.exitCode = mistake ? EXIT.config : EXIT.fault;
}
