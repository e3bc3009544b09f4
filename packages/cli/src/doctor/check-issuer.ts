import { isJsonObject } from '@diode/protocol';
import type { Dispatcher } from 'undici';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine } from './finding.js';
import { type Look, look } from './http-look.js';

const REMEDY =
  'Check HYDRA_PUBLIC_URL: it is where clients get tokens, and the issuer that tokens name, to the letter.';

/** Does the token issuer answer, under the name that tokens will carry, with keys to verify them? */
export async function checkIssuer(o: { url: string; dispatcher: Dispatcher }): Promise<readonly Finding[]> {
  const base = o.url.replace(/\/+$/, '');
  const check = `token issuer at ${base}`;
  let said: Look;
  let keys: Look;
  try {
    said = await look(`${base}/.well-known/openid-configuration`, o);
    keys = await look(`${base}/.well-known/jwks.json`, o);
  } catch (error) {
    return [failing(check, reasonOf(error), 'Check HYDRA_PUBLIC_URL, the port, and the firewall between.')];
  }
  const issuer = isJsonObject(said.json) ? said.json.issuer : undefined;
  if (typeof issuer !== 'string') return [failing(check, `HTTP ${said.status}, not an issuer's words`, REMEDY)];
  // Compared exactly but for one trailing slash (READING "Compose names").
  if (issuer.replace(/\/$/, '') !== base) return [failing(check, `it calls itself ${issuer}`, REMEDY)];
  const list = isJsonObject(keys.json) && Array.isArray(keys.json.keys) ? keys.json.keys : [];
  return list.length > 0
    ? [fine(check, `${list.length === 1 ? '1 key' : `${list.length} keys`} to verify tokens with`)]
    : [failing(check, `HTTP ${keys.status}, no keys to verify tokens with`, 'Its log says why it has none.')];
}
