import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DiodeError, ERRORS } from './errors.js';

describe('the error catalogue', () => {
  it('is what docs/errors.md says, row by row', () => {
    const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, 5)
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    expect(rows).toEqual(Object.entries(ERRORS).map(([code, e]) => [code, String(e.status), String(e.grpc), e.title]));
  });

  it('is what nginx answers itself', () => {
    const conf = readFileSync(new URL('../../../nginx/problems.conf', import.meta.url), 'utf8');
    const answers = [
      ...conf.matchAll(/location = \/_problem\/(\d+) \{[^}]*?(?:types \{\})[^}]*?return (\d+) '(.*)\\n';/g),
    ];
    expect(answers.length).toBe(conf.match(/^location /gm)?.length);
    for (const [, path, status, body = ''] of answers) {
      const problem = JSON.parse(body) as { code: keyof typeof ERRORS; status: number };
      const { code } = problem;
      expect(problem).toEqual({
        type: `/errors/${code}`,
        title: ERRORS[code].title,
        status: ERRORS[code].status,
        code,
        detail: expect.any(String),
        request_id: '$diode_request_id',
        errors: [],
      });
      expect([path, status]).toEqual([String(ERRORS[code].status), String(ERRORS[code].status)]);
    }
    const named = [...conf.matchAll(/^error_page .* (\S+);/gm)].map(([, target]) => target);
    expect(new Set(named)).toEqual(new Set(answers.map(([, path]) => `/_problem/${path}`)));
  });

  it('makes errors that are terminal unless they say when to try again', () => {
    expect(new DiodeError('internal', { detail: 'x' }).retryAfterMs).toBeUndefined();
    expect(new DiodeError('overloaded', { detail: 'x', retryAfterMs: 5 }).retryAfterMs).toBe(5);
  });
});
