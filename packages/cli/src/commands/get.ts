import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import type { Output } from '../show/output.js';

/** GET with a token; the answer as JSON. */
export async function get(path: string, deps: { api: Api; out: Output }): Promise<number> {
  if (!path.startsWith('/')) throw new CliError(EXIT.usage, 'a path begins with /, for example /api/v1/why-idle.');
  const answer = await deps.api.request('GET', path);
  deps.out.result(answer.body, JSON.stringify(answer.body, null, 2));
  return answer.status < 400 ? EXIT.ok : EXIT.attention;
}
