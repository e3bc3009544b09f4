import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine } from './finding.js';

export interface NamedUrl {
  /** The variable that holds it. */
  readonly env: string;
  readonly url: string;
}

/** Does each host that the settings name have an address, as this machine sees it? Addresses themselves need no look. */
export async function checkDns(urls: readonly NamedUrl[]): Promise<readonly Finding[]> {
  const hosts = new Map<string, string[]>();
  for (const { env, url } of urls) {
    const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
    if (host !== '' && isIP(host) === 0) hosts.set(host, [...(hosts.get(host) ?? []), env]);
  }
  return Promise.all([...hosts].map(([host, named]) => checkHost(host, named)));
}

async function checkHost(host: string, named: readonly string[]): Promise<Finding> {
  const check = `DNS of ${host}`;
  try {
    const found = await lookup(host, { all: true });
    return fine(check, found.map(({ address }) => address).join(', '));
  } catch (error) {
    const isAway = error instanceof Error && 'code' in error && error.code === 'EAI_AGAIN';
    const detail = isAway ? 'the name server does not answer' : `no address (${reasonOf(error)})`;
    const where = named.join(' and ');
    return failing(
      check,
      detail,
      `Check the name in ${where}, and the name server of this machine. Names of Compose services are known inside Compose only.`,
    );
  }
}
