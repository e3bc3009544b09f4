import { type Dispatcher, fetch } from 'undici';

/** An answer as it came. */
export interface Look {
  readonly status: number;
  readonly date: string | null;
  readonly location: string | null;
  readonly text: string;
  /** Undefined when it is no JSON. */
  readonly json: unknown;
}

export const LOOK_TIMEOUT_MS = 5_000;

/** One request, no redirect followed, nothing tried again. @throws what fetch throws */
export async function look(
  url: string,
  o: { dispatcher: Dispatcher; method?: string; headers?: Readonly<Record<string, string>> },
): Promise<Look> {
  const response = await fetch(url, {
    method: o.method ?? 'GET',
    headers: { accept: 'application/json', ...o.headers },
    redirect: 'manual',
    dispatcher: o.dispatcher,
    signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
  });
  const text = await response.text();
  return {
    status: response.status,
    date: response.headers.get('date'),
    location: response.headers.get('location'),
    text,
    json: parse(text),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
