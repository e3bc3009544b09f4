import { readFile } from 'node:fs/promises';
import { authorization, netboxBase } from '@diode/netbox';
import { isJsonObject } from '@diode/protocol';
import { Agent } from 'undici';
import { reasonOf } from '../client/send.js';
import { checkClock } from './check-clock.js';
import { checkNetboxPermissions } from './check-netbox-permissions.js';
import { findNetboxBase } from './find-netbox-base.js';
import { type Finding, failing, fine, warning } from './finding.js';
import { LOOK_TIMEOUT_MS, type Look, look } from './http-look.js';

export interface NetboxToCheck {
  readonly url: string;
  readonly token: string | null;
  /** PEM of a private CA; null: those of Node. */
  readonly caFile: string | null;
  /** The clock of this machine, milliseconds. */
  readonly nowMs: () => number;
  /** Asks for the permissions of each type as well, which takes a request for each. */
  readonly permissions?: boolean;
}

/** Faults of TLS that mean: the certificate is not signed by anyone known here. */
const UNKNOWN_CA = /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|self[- ]signed|unable to (get|verify)/i;

/** Asks NetBox as Diode does: reach, TLS, base path, token, version, clock, and what the token may write. */
export async function checkNetbox(o: NetboxToCheck): Promise<readonly Finding[]> {
  const base = netboxBase(o.url);
  const check = `NetBox at ${base}`;
  let ca: string | null = null;
  try {
    ca = o.caFile === null ? null : await readFile(o.caFile, 'utf8');
  } catch (cause) {
    return [failing(check, reasonOf(cause), 'DIODE_NETBOX_CA_FILE names a PEM file that can be read.')];
  }
  const dispatcher = new Agent({ connect: { timeout: LOOK_TIMEOUT_MS, ...(ca === null ? {} : { ca }) } });
  const headers: Readonly<Record<string, string>> = o.token === null ? {} : { authorization: authorization(o.token) };
  try {
    const answer = await look(`${base}/api/status/`, { headers, dispatcher });
    const clock = checkClock({ of: 'NetBox', date: answer.date, nowMs: o.nowMs() });
    const status = readStatus(answer, check, o.token) ?? (await elsewhere(answer, { check, base, dispatcher }));
    const more = status.ok && o.permissions === true ? await checkNetboxPermissions({ base, headers, dispatcher }) : [];
    return [status, ...writtenOddly(o.url), ...(status.ok && clock !== null ? [clock] : []), ...more];
  } catch (error) {
    return [failing(check, reasonOf(error), remedyFor(reasonOf(error)))];
  } finally {
    await dispatcher.destroy();
  }
}

/** null when what answered is no NetBox. */
function readStatus(answer: Look, check: string, token: string | null): Finding | null {
  if (answer.status === 401 || answer.status === 403)
    return token === null
      ? failing(check, 'it wants a token', 'Set DIODE_NETBOX_TOKEN (or DIODE_NETBOX_TOKEN_FILE).')
      : failing(
          check,
          `it refuses the token (HTTP ${answer.status})`,
          'Make a token in NetBox that is enabled, not expired, may write and allows this address; set DIODE_NETBOX_TOKEN.',
        );
  if (answer.status >= 500)
    return failing(check, `HTTP ${answer.status}`, 'NetBox or the proxy before it is not well; its own log says why.');
  const version = isJsonObject(answer.json) ? answer.json['netbox-version'] : undefined;
  if (answer.status !== 200 || typeof version !== 'string') return null;
  return supports(version)
    ? fine(check, `version ${version}`)
    : failing(check, `version ${version}`, 'Diode needs NetBox 4.2 or newer: upgrade NetBox.');
}

/** What answered is no NetBox: looks for the one that was meant. */
async function elsewhere(answer: Look, c: { check: string; base: string; dispatcher: Agent }): Promise<Finding> {
  const found = await findNetboxBase(c.base, c.dispatcher);
  const isRedirect = answer.status >= 300 && answer.status < 400;
  const detail = isRedirect
    ? `it redirects to ${answer.location ?? 'nowhere'} (HTTP ${answer.status})`
    : `HTTP ${answer.status}, not the JSON of /api/status/`;
  if (found !== null) return failing(c.check, `${detail}; there is one at ${found}`, `Set DIODE_NETBOX_URL=${found}`);
  return failing(
    c.check,
    detail,
    isRedirect
      ? 'Set DIODE_NETBOX_URL to where it leads (mind https).'
      : 'DIODE_NETBOX_URL must end where /api begins (mind a base path such as /netbox).',
  );
}

function writtenOddly(url: string): readonly Finding[] {
  if (!/\/api\/*$/.test(url)) return [];
  return [warning('DIODE_NETBOX_URL', 'ends in /api, which Diode leaves out', `Write it without: ${netboxBase(url)}`)];
}

function remedyFor(reason: string): string {
  if (UNKNOWN_CA.test(reason))
    return 'Its certificate is signed by a CA that is not known here: name the CA (PEM) in DIODE_NETBOX_CA_FILE.';
  if (/altname|certificate/i.test(reason)) return 'The certificate is not for this name or not valid now: check both.';
  return 'Check DIODE_NETBOX_URL: the name, the port, and the firewall between.';
}

function supports(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 4 || (major === 4 && minor >= 2);
}
