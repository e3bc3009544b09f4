import { DiodeError } from '@diode/protocol';
import type { FastifyBodyParser, FastifyInstance } from 'fastify';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON body parser: UTF-8 or nothing, and no `__proto__` or `constructor.prototype` keys. Of a key given twice the last
 * one counts, as in `JSON.parse`.
 */
export function parseJsonBody(app: FastifyInstance): FastifyBodyParser<Buffer> {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, body, done) => {
    const text = decode(body);
    if (text === null) {
      done(new DiodeError('body_unreadable', { detail: 'the body is not valid UTF-8' }), undefined);
      return;
    }
    parse(request, text, done);
  };
}

function decode(body: Buffer): string | null {
  try {
    return utf8.decode(body);
  } catch {
    return null;
  }
}
