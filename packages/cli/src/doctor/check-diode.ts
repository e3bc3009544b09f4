import { isJsonObject } from '@diode/protocol';
import type { Api } from '../client/api.js';
import { objects, str } from '../show/json-fields.js';
import { type Finding, failing, fine } from './finding.js';

const INGEST = ['write', 'diode:ingest'];
const READ = ['read', 'diode:read'];

/** Is Diode there, does it let this client in, what may the client do, and how does the platform feel? */
export async function checkDiode(api: Api): Promise<readonly Finding[]> {
  const scopes = await api.scopes();
  const { status, body } = await api.request('GET', '/api/v1/sync/status');
  const findings = [
    fine('Diode', `${api.url} answers and accepts this client`),
    checkScope({ scopes, any: INGEST, what: 'send' }),
    checkScope({ scopes, any: READ, what: 'look' }),
  ];
  if (status === 403) return findings;
  if (status !== 200) {
    const remedy = 'Is this a Diode of the same version? Its log says more.';
    return [...findings, failing('platform', `HTTP ${status} ${str(body.detail ?? body.title)}`.trim(), remedy)];
  }
  const mode = str(body.mode);
  const reasons = Array.isArray(body.reasons) ? body.reasons.map((r) => str(r)) : [];
  const gates = objects(body.gates).map((gate) => str(gate.gate));
  const state = `${str(body.status)}${mode === 'observe' ? ', observes: it writes nothing' : ''}`;
  const netbox = isJsonObject(body.netbox) ? body.netbox : {};
  return [
    ...findings,
    body.status === 'stalled'
      ? failing('platform', [state, ...reasons].join('; '), 'diode get /api/v1/why-idle names the gate that is closed.')
      : fine(
          'platform',
          [state, ...reasons, ...(reasons.length === 0 ? gates.filter((g) => g !== 'mode') : [])].join('; '),
        ),
    netbox.reachable === true
      ? fine('NetBox as Diode sees it', `version ${str(netbox.version)}`)
      : failing(
          'NetBox as Diode sees it',
          'not reachable',
          'Check DIODE_NETBOX_URL and DIODE_NETBOX_TOKEN of the reconciler, and the network between them.',
        ),
  ];
}

function checkScope(o: { scopes: readonly string[]; any: readonly string[]; what: string }): Finding {
  const held = o.any.filter((scope) => o.scopes.includes(scope));
  const check = `may ${o.what}`;
  if (held.length > 0) return fine(check, `scope ${held.join(', ')}`);
  return failing(check, `the client lacks ${o.any.join(' or ')}`, `Give the client the scope ${o.any[0]}.`);
}
