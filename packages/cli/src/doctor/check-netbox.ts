import { readFile } from 'node:fs/promises';
import { isJsonObject } from '@diode/protocol';
import { Agent, fetch } from 'undici';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine } from './finding.js';

export interface NetboxToCheck {
  readonly url: string;
  readonly token: string | null;
  /** PEM of a private CA; null: those of Node. */
  readonly caFile: string | null;
  /** The clock of this machine, milliseconds. */
  readonly nowMs: () => number;
}

interface StatusAnswer {
  readonly status: number;
  readonly date: string | null;
  readonly text: string;
}

const TIMEOUT_MS = 5_000;
const LONGEST_SKEW_SECONDS = 60;
/** Faults of TLS that mean: the certificate is not signed by anyone known here. */
const UNKNOWN_CA = /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|self[- ]signed|unable to (get|verify)/i;

/** Asks NetBox for its status as Diode does: reach, TLS, token, version, clock. */
export async function checkNetbox(o: NetboxToCheck): Promise<readonly Finding[]> {
  const base = o.url.replace(/\/+$/, '');
  const check = `NetBox at ${base}`;
  let ca: string | null = null;
  try {
    ca = o.caFile === null ? null : await readFile(o.caFile, 'utf8');
  } catch (cause) {
    return [failing(check, reasonOf(cause), 'DIODE_NETBOX_CA_FILE names a PEM file that can be read.')];
  }
  const dispatcher = new Agent({ connect: { timeout: TIMEOUT_MS, ...(ca === null ? {} : { ca }) } });
  try {
    return read(await ask({ base, token: o.token, dispatcher }), { check, token: o.token, nowMs: o.nowMs() });
  } catch (error) {
    return [failing(check, reasonOf(error), remedyFor(reasonOf(error)))];
  } finally {
    await dispatcher.destroy();
  }
}

async function ask(o: { base: string; token: string | null; dispatcher: Agent }): Promise<StatusAnswer> {
  // A v2 token (NetBox 4.5) says so by its prefix and goes by another keyword.
  const keyword = o.token?.startsWith('nbt_') === true ? 'Bearer' : 'Token';
  const response = await fetch(`${o.base}/api/status/`, {
    headers: { accept: 'application/json', ...(o.token === null ? {} : { authorization: `${keyword} ${o.token}` }) },
    redirect: 'manual',
    dispatcher: o.dispatcher,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, date: response.headers.get('date'), text: await response.text() };
}

function read(answer: StatusAnswer, c: { check: string; token: string | null; nowMs: number }): readonly Finding[] {
  const { check } = c;
  if (answer.status === 401 || answer.status === 403)
    return [
      c.token === null
        ? failing(check, 'it wants a token', 'Set DIODE_NETBOX_TOKEN (or DIODE_NETBOX_TOKEN_FILE).')
        : failing(
            check,
            `it refuses the token (HTTP ${answer.status})`,
            'Make a token in NetBox that is enabled, not expired, may write and allows this address; set DIODE_NETBOX_TOKEN.',
          ),
    ];
  if (answer.status >= 300 && answer.status < 400)
    return [
      failing(check, `it redirects (HTTP ${answer.status})`, 'Set DIODE_NETBOX_URL to where it leads (mind https).'),
    ];
  if (answer.status >= 500)
    return [
      failing(check, `HTTP ${answer.status}`, 'NetBox or the proxy before it is not well; its own log says why.'),
    ];
  const status = parse(answer.text);
  if (answer.status !== 200 || !isJsonObject(status) || typeof status['netbox-version'] !== 'string')
    return [
      failing(
        check,
        `HTTP ${answer.status}, not the JSON of /api/status/`,
        'DIODE_NETBOX_URL must end where /api begins (mind a base path such as /netbox).',
      ),
    ];
  const version = status['netbox-version'];
  const skew = skewSeconds(answer.date, c.nowMs);
  return [
    supports(version)
      ? fine(check, `version ${version}`)
      : failing(check, `version ${version}`, 'Diode needs NetBox 4.2 or newer: upgrade NetBox.'),
    Math.abs(skew) < LONGEST_SKEW_SECONDS
      ? fine('clock', `within ${Math.abs(skew)} s of NetBox's`)
      : failing(
          'clock',
          `NetBox's is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}`,
          'Keep both machines on NTP.',
        ),
  ];
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

function skewSeconds(date: string | null, nowMs: number): number {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? 0 : Math.round((theirs - nowMs) / 1_000);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
