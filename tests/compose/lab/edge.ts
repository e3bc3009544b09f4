import { until } from '@diode/testkit';
import { expect } from 'vitest';
import { EDGE } from './stack.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Call {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly json?: unknown;
  /** Where; the front door without TLS when left out. */
  readonly base?: string;
}

/** One request at the front door. */
export async function ask(method: string, path: string, o: Call = {}): Promise<Answer> {
  const body = o.json === undefined ? o.body : JSON.stringify(o.json);
  const response = await fetch(`${o.base ?? EDGE}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(o.token === undefined ? {} : { authorization: `Bearer ${o.token}` }),
      ...(o.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...o.headers,
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The same, again while nginx finds that this address was refused too often: tests ask for many refusals. */
export function askPatiently(method: string, path: string, o: Call = {}): Promise<Answer> {
  return until(
    async () => {
      const answer = await ask(method, path, o);
      return answer.status === 429 && answer.text.includes('from this address') ? null : answer;
    },
    { timeoutMs: 20_000, intervalMs: 300, message: `an answer to ${method} ${path}` },
  );
}

/** Problem details, whole, in our form, and with the id that the header has too. Gives them back. */
export function expectProblem(answer: Answer, status: number, code: string): Record<string, unknown> {
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`"code":"${code}"`)]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(answer.text) as Record<string, unknown>;
  expect(problem).toMatchObject({
    type: `/errors/${code}`,
    status,
    code,
    title: expect.any(String),
    errors: expect.any(Array),
  });
  expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('server')).toBe('nginx');
  return problem;
}
