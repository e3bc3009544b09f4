import type { Engine } from '../engine.js';
import { type Answer, html, json as jsonAnswer, notFoundPage } from '../http/answer.js';
import type { Request } from '../http/request.js';
import type { Row } from '../store/row.js';
import type { TypeTable } from '../tables/table-shapes.js';
import { applyForm } from './apply-form.js';
import { listPage, objectPage, overviewPage } from './render-pages.js';

/** Answers a browser: an overview at `/`, a list a type, and each object at the path NetBox's own UI uses. */
export function answerPage(engine: Engine, request: Request, requestId: string): Answer {
  const { path, method } = request;
  if (path === '/graphql/') return jsonAnswer(501, { detail: 'The stand-in does not serve GraphQL; NetBox does.' });
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return html(405, 'Method not allowed');
  if (path === '/') return html(200, overviewPage(engine));
  const found = findPage(engine, path);
  if (!found) return notFoundPage(path);
  if (!found.row) return html(200, listPage(engine, found.type, Number(request.query.get('page') ?? '1')));
  if (method !== 'POST') return html(200, objectPage(engine, found.type, found.row, null));
  return applyForm(engine, request, requestId, found.type, found.row);
}

function findPage(engine: Engine, path: string): { type: TypeTable; row: Row | null } | null {
  for (const type of engine.tables.types) {
    if (type.page === null) continue;
    const [before = '', after = ''] = type.page.split('{id}');
    if (path === before && path !== '/') return { type, row: null };
    if (!path.startsWith(before) || !path.endsWith(after)) continue;
    const id = path.slice(before.length, path.length - after.length);
    const row = /^\d+$/.test(id) ? engine.db.get(type.model, Number(id)) : undefined;
    if (row) return { type, row };
  }
  return null;
}
