import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLogger, readLogLevel } from './logger.js';
import { redactText } from './redact.js';

function collect(level = 'debug') {
  const lines: string[] = [];
  const logger = makeLogger({
    level,
    service: 's',
    instanceId: 'i',
    destination: { write: (l) => void lines.push(l) },
  });
  return { logger, lines };
}

const SECRET = 'S3cr3tValue0123456789';

describe('a secret', () => {
  it.each([
    ['a header', { headers: { authorization: `Bearer ${SECRET}`, Cookie: `a=${SECRET}`, 'X-Hook-Signature': SECRET } }],
    ['a key', { client_secret: SECRET, access_token: SECRET, db: [{ password: SECRET, DIODE_NETBOX_TOKEN: SECRET }] }],
    ['a URL', { url: `postgres://diode:${SECRET}@db:5432/diode` }],
    ['a text with a token', { note: `sent Authorization: Bearer ${SECRET}` }],
    ['a NetBox token', { note: `sent Token ${SECRET}` }],
    ['a form', { body: `grant_type=x&client_secret=${SECRET}&scope=y` }],
    ['JSON in text', { body: JSON.stringify({ access_token: SECRET, a: 1 }) }],
    ['a JWT', { note: `eyJhbGciOiJSUzI1NiJ9.eyJ${SECRET}.${SECRET}` }],
    [
      'an error',
      { err: Object.assign(new Error(`no route to redis://:${SECRET}@h:1`), { config: { token: SECRET } }) },
    ],
    ['a cause', { err: new Error('outer', { cause: new Error(`Bearer ${SECRET}`) }) }],
  ])('in %s never reaches the log', (_name, keys) => {
    const { logger, lines } = collect();
    logger.info(keys, 'message');
    logger.child({ context: keys }).info('message');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(SECRET);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('in an error logged by itself is redacted in its message and stack', () => {
    const { logger, lines } = collect();
    logger.error(new Error(`connect postgres://u:${SECRET}@h/db failed`));
    expect(lines.join('')).not.toContain(SECRET);
    expect(JSON.parse(lines[0]!).err.message).toContain('postgres://[redacted]@h/db');
  });
});

describe('a log line', () => {
  it('says when, what level, which service and instance', () => {
    const { logger, lines } = collect();
    logger.warn({ sync_id: 'x', token_type: 'bearer', n: 1 }, 'thing happened');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'warn',
      service: 's',
      instance: 'i',
      msg: 'thing happened',
      sync_id: 'x',
      token_type: 'bearer',
      n: 1,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('stays JSON whatever is logged', () => {
    const { logger, lines } = collect();
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), fc.string(), (value, text) => {
        lines.length = 0;
        logger.info({ value, text }, 'x');
        JSON.parse(lines[0]!);
      }),
    );
  });

  it('is redacted in linear time', () => {
    const started = performance.now();
    redactText(`${'a://'.repeat(50_000)}${'bearer '.repeat(50_000)}${'eyJ'.repeat(50_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('levels', () => {
  it('are read in any case', () => {
    expect(['INFO', 'Warning', ' debug ', 'OFF', 'loud'].map(readLogLevel)).toEqual([
      'info',
      'warn',
      'debug',
      'silent',
      null,
    ]);
    const { logger, lines } = collect('ERROR');
    logger.info('not shown');
    expect(lines).toEqual([]);
  });
});
