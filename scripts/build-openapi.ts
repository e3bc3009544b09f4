/**
 * Writes the API of all services as one OpenAPI document: `npm run build:openapi [-- FILE]`, default dist/openapi.json. Where the services run apart,
 * the reconciler serves it (DIODE_OPENAPI_FILE).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { platformOpenApi } from '../services/standalone/src/platform-openapi.js';

const [path = fileURLToPath(new URL('../dist/openapi.json', import.meta.url))] = process.argv.slice(2);
const file = resolve(path);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify(platformOpenApi(), null, 2)}\n`);
process.stdout.write(`${file}\n`);
