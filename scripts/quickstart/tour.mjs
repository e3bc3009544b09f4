// The tour: with --show four commands to type, else it takes them itself and exits 1 when one does not do what it should.
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, connection, exampleDevice, fetchToken, netbox, printReceipt } from './diode.mjs';

const c = connection();
if (c.netbox_token === null) process.exit(0);
const device = (await netbox(c, 'GET', '/api/dcim/devices/?name=SWITCH-01')).body.results?.[0];
if (process.argv.includes('--show')) show();
else await take();

function show() {
  // The command looks in .diode/ by itself; another terminal does not know of any other place.
  const dir = process.env.DIODE_DATA_DIR;
  const first = dir === undefined || dir === '' ? '' : `\n     export DIODE_DATA_DIR=${resolve(dir)}`;
  console.log(`
Four things to try, each in another terminal, in this folder:${first}

  1. Send it again: unchanged, no writes.
       bin/diode ingest examples/switch-01.json --type devices --wait
  2. Change it by hand in the stand-in (serial, then Save), and send it again some seconds later: Diode notices.
       ${device?.display_url ?? c.netbox_url}
  3. Send a mistake and read the answer.
       bin/diode ingest examples/mistake.json --type devices --wait
  4. Ask why: each field of the last receipt with its rule, and what keeps Diode waiting, if anything.
       bin/diode get /api/v1/syncs/recent
       bin/diode get /api/v1/why-idle

  Page: ${c.url}/    API: ${c.url}/api/docs    Metrics: ${c.metrics_url}/metrics    Stand-in NetBox: ${c.netbox_url}/`);
}

async function take() {
  const token = await fetchToken(c);
  const send = async (body) => {
    const answer = await call(c, token, 'POST', '/api/v1/ingest/devices?wait=30s', body);
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.entities[0];
  };
  const changes = async () => (await netbox(c, 'GET', '/api/core/object-changes/?limit=1')).body.count;
  const expect = (what, ok, detail) => {
    if (!ok) {
      console.error(`diode: tour: ${what}: ${detail}`);
      process.exit(1);
    }
    console.log(`  ok: ${what}`);
  };

  console.log('\n1. The same device again');
  const before = await changes();
  const again = await send(exampleDevice());
  expect('it is unchanged', again.state === 'unchanged', JSON.stringify(again));
  expect('nothing was written', (await changes()) === before, `change log grew from ${before}`);

  console.log('\n2. A change by hand in NetBox, then the same device again');
  const wanted = device.serial;
  await netbox(c, 'PATCH', `/api/dcim/devices/${device.id}/`, { serial: 'BY-HAND' });
  let noticed = null;
  for (let i = 0; i < 30 && noticed === null; i += 1) {
    await sleep(1_000);
    const receipt = await send(exampleDevice());
    if (receipt.state !== 'unchanged') noticed = receipt;
  }
  expect('Diode noticed', noticed !== null, 'still unchanged after 30 s');
  printReceipt({
    ...noticed,
    fields: Object.fromEntries(Object.entries(noticed.fields).filter(([, f]) => f.verdict !== 'equal')),
  });
  const serial = (await netbox(c, 'GET', `/api/dcim/devices/${device.id}/`)).body.serial;
  expect(`the serial is ${wanted} again`, serial === wanted, serial);

  console.log('\n3. A mistake');
  const mistake = await send({ source: 'tour', data: { name: 'no such thing!' } });
  printReceipt(mistake);
  expect(
    'it is rejected, with the place and the remedy',
    mistake.state === 'rejected' && mistake.error?.errors.length > 0,
    JSON.stringify(mistake),
  );

  console.log('\n4. Why');
  const why = await call(c, token, 'GET', '/api/v1/why-idle');
  expect('why-idle answers', why.status === 200, JSON.stringify(why));
  expect(
    'each field of a receipt names its rule',
    Object.values(noticed.fields).every((f) => f.rule && f.reason),
    JSON.stringify(noticed.fields),
  );
}
