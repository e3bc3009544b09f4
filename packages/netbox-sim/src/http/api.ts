import type { Engine } from '../engine.js';
import { makeView, represent } from '../represent/represent.js';
import type { View } from '../represent/view.js';
import type { Row } from '../store/row.js';
import type { TypeTable } from '../tables/table-shapes.js';
import type { Author } from '../write/change-log.js';
import { deleteObject } from '../write/delete-object.js';
import { Refusal } from '../write/refusal.js';
import type { WriteContext } from '../write/save-object.js';
import { type Answer, detail, empty, json, notFoundPage } from './answer.js';
import { authorise } from './authorise.js';
import { describeType } from './describe-type.js';
import { fieldsOf, fieldsRead, listObjects } from './list-objects.js';
import { parseBody, type Request } from './request.js';
import { rootAnswer } from './root.js';
import { createObjects, deleteObjects, updateObject, updateObjects } from './write-objects.js';

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Answers a request below `/api/`. */
export function answerApi(engine: Engine, request: Request, requestId: string): Answer {
  const { path } = request;
  const target = findTarget(engine, path);
  const root = target ? null : rootAnswer(engine, request);
  if (!target && !root) return notFoundPage(path);
  const caller = authorise(engine, request.headers.authorization);
  if ('refused' in caller) return caller.refused;
  if (!target) return root ?? notFoundPage(path);
  if (!reads.has(request.method) && !caller.mayWrite)
    return detail(403, 'You do not have permission to perform this action.');
  const author: Author = { requestId, userId: caller.userId, userName: caller.userName };
  try {
    return engine.db.transaction(() => answerTarget(engine, request, target, author));
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, error.body);
    throw error;
  }
}

interface Target {
  readonly type: TypeTable;
  /** The last part of the path; null for the list. */
  readonly id: string | null;
}

function findTarget(engine: Engine, path: string): Target | null {
  const list = engine.tables.byPath(path);
  if (list) return { type: list, id: null };
  const match = /^(\/api\/[\w-]+\/[\w-]+\/)([^/.]+)\/$/.exec(path);
  const type = match?.[1] === undefined ? undefined : engine.tables.byPath(match[1]);
  return type && match?.[2] !== undefined ? { type, id: match[2] } : null;
}

function answerTarget(engine: Engine, request: Request, target: Target, author: Author): Answer {
  const { type } = target;
  const { method } = request;
  const allowed = methodsOf(type, target.id !== null);
  if (!allowed.includes(method)) {
    return json(405, { detail: `Method "${method}" not allowed.` }, { Allow: allowed.join(', ') });
  }
  if (method === 'OPTIONS')
    return json(200, describeType(engine, type, target.id !== null), { Allow: allowed.join(', ') });
  const view = makeView({
    engine,
    base: request.base,
    counted: method !== 'POST',
    partial: method === 'PATCH',
    ...fieldsOf(type, request.query, reads.has(method)),
  });
  const context: WriteContext = { engine, author, type, only: fieldsRead(request.query) };
  if (target.id !== null) return answerOne(context, view, request, target.id);
  if (method === 'GET' || method === 'HEAD') return listObjects(engine, type, request);
  const body = parseBody(request);
  if ('status' in body) return detail(body.status, body.detail);
  if (method === 'POST') return createObjects(context, view, body.value);
  if (method === 'DELETE') return deleteObjects(context, body.value);
  return updateObjects(context, view, body.value, method === 'PATCH');
}

function answerOne(context: WriteContext, view: View, request: Request, id: string): Answer {
  const { engine, author, type } = context;
  if (!/^\d+$/.test(id)) return detail(404, 'Not found.');
  const row: Row | undefined = engine.db.get(type.model, Number(id));
  if (!row) return detail(404, `No ${type.objectName} matches the given query.`);
  if (request.method === 'GET' || request.method === 'HEAD') return json(200, represent(view, type, row));
  const body = parseBody(request);
  if ('status' in body) return detail(body.status, body.detail);
  if (request.method === 'DELETE') {
    const given = body.value;
    const message =
      typeof given === 'object' && given !== null && 'changelog_message' in given ? given.changelog_message : '';
    deleteObject(engine, author, type, row, typeof message === 'string' ? message : '');
    return empty(204);
  }
  return updateObject(context, view, row, body.value, request.method === 'PATCH');
}

function methodsOf(type: TypeTable, one: boolean): string[] {
  const writes = type.methods.includes('post');
  if (!writes) return ['GET', 'HEAD', 'OPTIONS'];
  return one
    ? ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
    : ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
}
