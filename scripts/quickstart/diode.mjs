// Talks to the Diode that quickstart.sh started: where it is, tokens as the seed's client gets them, requests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The connection file a running standalone writes, 0600; in Compose the same as JSON in DIODE_CONNECTION. */
export function connection() {
  if (process.env.DIODE_CONNECTION) return JSON.parse(process.env.DIODE_CONNECTION);
  const dir = process.env.DIODE_DATA_DIR || '.diode';
  return JSON.parse(readFileSync(join(dir, 'connection.json'), 'utf8'));
}

/** A token by OAuth2 client_credentials with basic authentication, as the seed's Python client asks for one. */
export async function fetchToken(c) {
  const basic = Buffer.from(`${encodeURIComponent(c.client_id)}:${encodeURIComponent(c.client_secret)}`).toString(
    'base64',
  );
  const response = await fetch(`${c.issuer_url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }).toString(),
  });
  if (!response.ok) throw new Error(`no token: HTTP ${response.status} ${await response.text()}`);
  return (await response.json()).access_token;
}

export async function call(c, token, method, path, json) {
  const response = await fetch(`${c.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: await response.json() };
}

/** A request to the stand-in NetBox, as a person with its token would make it. */
export async function netbox(c, method, path, json) {
  const response = await fetch(`${c.netbox_url}${path}`, {
    method,
    headers: {
      authorization: `Token ${c.netbox_token}`,
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: await response.json() };
}

export function exampleDevice() {
  return JSON.parse(readFileSync(new URL('../../examples/switch-01.json', import.meta.url), 'utf8'));
}

/** A receipt for people: what happened, where it is, and each field with its reason. */
export function printReceipt(receipt, { dryRun = false } = {}) {
  const state = dryRun && receipt.state === 'applied' ? 'planned' : receipt.state;
  console.log(
    `  ${state}: ${receipt.action ?? 'nothing'} ${receipt.object_type} ${receipt.key}${receipt.netbox ? `  ${receipt.netbox.url}` : ''}`,
  );
  const width = Math.max(...Object.keys(receipt.fields).map((name) => name.length), 0);
  for (const [name, f] of Object.entries(receipt.fields)) {
    console.log(`    ${name.padEnd(width)} ${f.verdict.padEnd(10)} ${JSON.stringify(f.to)}  (${f.reason})`);
  }
  for (const also of receipt.also) {
    console.log(
      `    also ${also.action} ${also.object_type} ${also.key}${also.netbox ? `  ${also.netbox.url}` : ''}  (${also.because})`,
    );
  }
  for (const e of receipt.error?.errors ?? []) console.log(`    ${e.pointer}: ${e.detail} ${e.remedy}`);
}
