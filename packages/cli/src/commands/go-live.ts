import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { str } from '../show/json-fields.js';
import type { Output } from '../show/output.js';

/** Ends (or begins) observing: from now on plans are written to NetBox (or not). */
export async function setMode(mode: 'write' | 'observe', deps: { api: Api; out: Output }): Promise<number> {
  const answer = await deps.api.request('POST', '/api/v1/mode', { json: JSON.stringify({ mode }) });
  if (answer.status === 403)
    throw new CliError(
      EXIT.unreachable,
      'this needs a client with scope admin (diode-operator): set DIODE_CLIENT_ID and DIODE_CLIENT_SECRET.',
    );
  if (answer.status !== 200)
    throw new CliError(
      EXIT.attention,
      `Diode answered ${answer.status}: ${str(answer.body.detail ?? answer.body.title)}`,
    );
  deps.out.result(
    answer.body,
    mode === 'write'
      ? 'Diode writes to NetBox from now on.'
      : 'Diode observes: it plans and gives receipts, and writes nothing.',
  );
  return EXIT.ok;
}
