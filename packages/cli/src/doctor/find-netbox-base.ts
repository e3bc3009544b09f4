import { isJsonObject } from '@diode/protocol';
import type { Dispatcher } from 'undici';
import { type Look, look } from './http-look.js';

/**
 * Where NetBox really is when the URL does not hit it: above the given path (somebody pasted the address of a page), where the server redirects to,
 * or below `/netbox`. null when none of these is one.
 */
export async function findNetboxBase(base: string, dispatcher: Dispatcher): Promise<string | null> {
  const { origin, pathname } = new URL(base);
  const steps = pathname.split('/').filter((step) => step !== '');
  const above = steps.map((_, i) => `/${steps.slice(0, steps.length - 1 - i).join('/')}`);
  const led = await ledTo(base, dispatcher);
  const places = [...above.map((path) => new URL(path, origin)), ...led, new URL('/netbox', origin)];
  for (const place of places) {
    const candidate = `${place.origin}${place.pathname.replace(/\/+$/, '')}`;
    if (candidate !== base && (await isNetbox(candidate, dispatcher))) return candidate;
  }
  return null;
}

/** `/netbox/login/?next=/netbox/` → `/netbox`. */
async function ledTo(base: string, dispatcher: Dispatcher): Promise<readonly URL[]> {
  const { location } = await looked(`${base}/`, dispatcher);
  if (location === null || !URL.canParse(location, `${base}/`)) return [];
  const url = new URL(location, `${base}/`);
  url.pathname = url.pathname.replace(/\/login\/?$/, '');
  return [url];
}

async function isNetbox(base: string, dispatcher: Dispatcher): Promise<boolean> {
  const { status, json } = await looked(`${base}/api/status/`, dispatcher);
  if (!isJsonObject(json)) return false;
  // No token is sent to a place nobody named: its refusal to talk without one tells enough.
  return status === 200 ? 'netbox-version' in json : status === 403 && typeof json.detail === 'string';
}

async function looked(url: string, dispatcher: Dispatcher): Promise<Pick<Look, 'status' | 'location' | 'json'>> {
  return look(url, { dispatcher }).catch(() => ({ status: 0, location: null, json: undefined }));
}
