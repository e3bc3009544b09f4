// Sends the seed's example device with the seed's client through OAuth2 and shows its receipt, or, with a NetBox of one's own, its plan.
import { call, connection, exampleDevice, fetchToken, printReceipt } from './diode.mjs';

const c = connection();
const own = c.netbox_token === null;
const token = await fetchToken(c);
const path = `/api/v1/ingest/devices?wait=30s${own ? '&dry_run=true' : ''}`;
console.log(
  own
    ? `Asking what the example device would change in ${c.netbox_url} (dry run) ...`
    : 'Sending the example device ...',
);
const { status, body } = await call(c, token, 'POST', path, exampleDevice());
if (status !== 200) {
  const why = status === 202 ? reasons((await call(c, token, 'GET', '/api/v1/why-idle')).body) : JSON.stringify(body);
  console.error(`diode: the example device has no receipt after 30 s (HTTP ${status}): ${why}`);
  process.exit(1);
}
/** Why work waits, in the words of why-idle. */
function reasons(whyIdle) {
  const all = [...(whyIdle.gates ?? []), ...(whyIdle.waiting_for ?? [])].map((item) => item.reason);
  return [...new Set(all)].join('\n  ') || 'bin/diode get /api/v1/why-idle says why';
}

for (const receipt of body.entities) printReceipt(receipt, { dryRun: own });
const bad = body.entities.some((r) => r.state !== 'applied' && r.state !== 'unchanged');
if (own) console.log('Nothing was written. README.md, "Against your own NetBox", says how to go on.');
else if (bad) {
  console.error('diode: the example device did not land; the lines above say why.');
  process.exit(1);
}
