/**
 * Writes `generated/tables.json` from `data/`; with `--check` compares instead and exits 1 on a difference.
 * The OpenAPI document is the yardstick: a path, method, parameter or property it names and the tables lack is an error.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildTables } from './build-tables.js';
import { checkAgainstOpenApi } from './check-openapi.js';
import { renderTables } from './render-tables.js';

const root = new URL('../', import.meta.url);
const version = '4.4.10';
const read = (name: string): string => gunzipSync(readFileSync(new URL(`data/${name}`, root))).toString('utf8');
const target = new URL('generated/tables.json', root);

const tables = buildTables(version, JSON.parse(read(`netbox-introspection-${version}.json.gz`)));
const gaps = checkAgainstOpenApi(tables, JSON.parse(read(`netbox-openapi-${version}.json.gz`)));
if (gaps.length > 0) {
  console.error(`the tables lack what NetBox's OpenAPI names:\n  ${gaps.join('\n  ')}`);
  process.exit(1);
}
const text = renderTables(tables);
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('packages/netbox-sim/generated/tables.json is out of step: run scripts/generate.ts');
    process.exit(1);
  }
  console.log(`tables in step: ${tables.types.length} types`);
} else {
  writeFileSync(target, text);
  console.log(`${tables.types.length} types, ${text.length} bytes`);
}
