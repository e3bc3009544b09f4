import type { IssuerHttp } from '../issuer-http.js';

/** Two RSA keys of 4096 bits on a busy machine. */
const LIMIT_MS = 60_000;

/**
 * Has the issuer make its keys. A new Hydra makes them when somebody first asks for the key set, which takes seconds (4.7 s were seen on a
 * busy machine), and services that verify tokens wait no more than five. Not being able to ask is not the end: they ask too.
 */
export async function haveKeys(o: {
  readonly jwksUrl: string;
  readonly http: IssuerHttp;
  readonly say: (line: string) => void;
}): Promise<void> {
  try {
    const { status } = await o.http.call('GET', o.jwksUrl, { timeoutMs: LIMIT_MS });
    if (status === 200) return;
    o.say(`the issuer answered ${status} to ${o.jwksUrl}; its keys may take a while at first`);
  } catch {
    o.say(`${o.jwksUrl} does not answer; the issuer's keys may take a while at first`);
  }
}
