import { malformed } from './admin-error.js';

/** A JSON body. Throws the 400 Hydra gives for what is none. */
export function readJson(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    throw malformed('Unable to decode the request body: it is not JSON.');
  }
}
