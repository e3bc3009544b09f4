import { COMPOSE } from './compose-settings.js';
import type { Settings } from './read-config.js';
import type { Setting } from './setting.js';
import { SHARED } from './shared-settings.js';

const HEAD = `# Diode reads its environment from here (copy this file to .env) or from the process. Every line may stay as it is: what is
# commented out shows its default or its form. An empty value counts as unset. Every secret can be given as a file instead:
# NAME_FILE=/run/secrets/name. This file is generated: npm run env-example -w @diode/runtime
`;

/** The text of `.env.example`: every variable of the settings, with what it means. A test holds the file to it. */
export function renderEnvExample(): string {
  return [HEAD, section('Diode', SHARED), section('docker compose only', COMPOSE)].join('\n');
}

function section(title: string, settings: Settings): string {
  return `# --- ${title}\n\n${Object.values(settings).map(entry).join('\n')}`;
}

function entry(one: Setting<unknown>): string {
  const value = `${one.active ? '' : '# '}${one.env}=${one.secret ? '' : one.example}`;
  return `# ${one.doc}${one.secret ? ` (secret; or ${one.env}_FILE)` : ''}\n${value}\n`;
}
