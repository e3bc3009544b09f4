// After a client of a running standalone got a new secret: node keep-client-secret.mjs DATA_DIR CLIENT_ID puts it into connection.json,
// from clients/, so that it is in no argument.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dataDir, id] = process.argv.slice(2);
const path = join(dataDir, 'connection.json');
const secret = readFileSync(join(dataDir, 'clients', id), 'utf8').trim();
const connection = JSON.parse(readFileSync(path, 'utf8'));
connection.clients[id] = secret;
if (connection.client_id === id) connection.client_secret = secret;
writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
renameSync(`${path}.${process.pid}`, path);
