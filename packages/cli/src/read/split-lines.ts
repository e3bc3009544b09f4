import { CliError, EXIT } from '../exit-codes.js';

/** UTF-16 units of one line; a line that does not end is not held in memory for ever. */
export const MAX_LINE = 25 * 1024 * 1024;

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * Text in chunks → lines, blank ones included. Only LF and CRLF end a line: U+2028 may stand inside a JSON string, so
 * node:readline, which splits there, cannot be used.
 * @throws CliError usage for a line over {@link MAX_LINE}
 */
export async function* splitLines(chunks: AsyncIterable<string>, name: string): AsyncGenerator<Line> {
  let number = 0;
  let rest: string[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      rest.push(chunk.slice(from, at));
      from = at + 1;
      number += 1;
      yield { number, text: withoutReturn(rest.join('')) };
      rest = [];
      held = 0;
    }
    if (from < chunk.length) {
      rest.push(chunk.slice(from));
      held += chunk.length - from;
    }
    if (held > MAX_LINE)
      throw new CliError(
        EXIT.usage,
        `${name}, line ${number + 1} is longer than ${MAX_LINE / 1024 ** 2} MiB: is it really NDJSON, one entity a line?`,
      );
  }
  if (held > 0) yield { number: number + 1, text: withoutReturn(rest.join('')) };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
