import type { Engine } from '../engine.js';
import { type Answer, html } from '../http/answer.js';
import type { Request } from '../http/request.js';
import type { Row } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { Refusal } from '../write/refusal.js';
import { prepare, save, type WriteContext } from '../write/save-object.js';
import { editable } from './editable.js';
import { objectPage } from './render-pages.js';

/**
 * A form sent from an object's page: the edit is `admin`'s, in the change log like any other.
 * A browser on another site may send forms here too, so its Origin must be ours.
 */
export function applyForm(engine: Engine, request: Request, requestId: string, type: TypeTable, row: Row): Answer {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== request.base) return html(403, 'This form belongs to another page.');
  const form = new URLSearchParams(request.body.toString('utf8'));
  const body: Record<string, Json> = {};
  for (const field of editable(type)) {
    const text = form.get(field.name);
    if (text === null || text === String(row[field.source] ?? '')) continue;
    body[field.name] = text === '' && field.null ? null : text;
  }
  const context: WriteContext = { engine, type, only: null, author: { requestId, userId: 1, userName: 'admin' } };
  try {
    return engine.db.transaction(() => {
      if (Object.keys(body).length > 0) {
        const ready = prepare(context, body, row, true);
        if ('errors' in ready) throw new Refusal(400, ready.errors);
        save(context, ready);
      }
      return { ...html(303, ''), headers: { Location: request.path } };
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return html(error.status, objectPage(engine, type, row, error.body));
  }
}
