import { DiodeError } from '@diode/protocol';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { accept, hashRequest } from '../accept.js';
import type { IngesterDeps } from '../deps.js';
import { resolveObjectType } from '../parse/entity.js';
import {
  decodeText,
  parseJson,
  type ReadRequest,
  readBatchBody,
  readCollectionBody,
  readNdjsonBody,
} from '../parse/request.js';
import { readWebhook, signatureMatches } from '../webhook.js';
import {
  checkParameterNames,
  DRY_RUN_WAIT_MS,
  readFlag,
  readIdempotencyKey,
  readQuerySource,
  readWait,
} from './parameters.js';

/** Receipts shown in the answer to `?wait` and dry runs; the rest is paged at `status_url`. */
const RECEIPTS_IN_ANSWER = 1_000;
/** A request is held this long for room before it is refused (I10). */
const HOLD_MS = 2_000;

type Query = Readonly<Record<string, unknown>>;

/** `POST /api/v1/ingest`, `/api/v1/ingest/{collection}` and `/api/v1/ingest/webhook`. */
export function ingestRoutes(deps: IngesterDeps): FastifyPluginAsync {
  return async (app) => {
    deps.rate?.guard(app);
    keepRawBodies(app, deps.limits.bodyBytes);
    app.post('/api/v1/ingest', (request, reply) => ingest(deps, request, reply, readBatch));
    app.post('/api/v1/ingest/webhook', (request, reply) => webhook(deps, request, reply));
    app.post<{ Params: { collection: string } }>('/api/v1/ingest/:collection', (request, reply) => {
      const type = resolveObjectType(request.params.collection);
      if (type === null) throw unknownCollection(request.params.collection);
      return ingest(deps, request, reply, (o) => readCollection({ ...o, type }));
    });
  };
}

interface ReadInput {
  readonly deps: IngesterDeps;
  readonly body: Buffer;
  readonly contentType: string;
  readonly querySource: string | null;
}

const PARAMETERS = ['dry_run', 'wait', 'source'];

async function ingest(
  deps: IngesterDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  read: (o: ReadInput) => ReadRequest,
): Promise<FastifyReply> {
  const identity = await deps.gate.admit(request.headers, 'ingest');
  const query = request.query as Query;
  checkParameterNames(query, PARAMETERS);
  const dryRun = readFlag('dry_run', query.dry_run);
  const waitMs = readWait(query.wait) ?? (dryRun ? DRY_RUN_WAIT_MS : null);
  const key = readIdempotencyKey(request.headers['idempotency-key']);
  await deps.backPressure.admit(HOLD_MS);
  const body = asBytes(request.body);
  const contentType = request.headers['content-type'] ?? '';
  const content = read({ deps, body, contentType, querySource: readQuerySource(query.source) });
  await deps.gate.admitSource(identity, content.source);
  const outcome = await accept(deps, {
    read: content,
    clientId: identity.clientId,
    channel: 'http',
    dryRun,
    idempotency: key === null ? null : { key: `http:${key}`, bodyHash: hashRequest([request.url, body]) },
  });
  if (outcome.repeated) reply.header('idempotency-replayed', 'true');
  reply.header('location', outcome.answer.status_url);
  if (waitMs !== null && (await deps.store.waitTerminal(outcome.answer.sync_id, waitMs, aborted(reply)))) {
    const view = await deps.store.sync(outcome.answer.sync_id, { limit: RECEIPTS_IN_ANSWER, cursor: null });
    if (view !== null) return reply.code(200).send({ ...outcome.answer, ...(await deps.completeView(view)) });
  }
  return reply.code(202).send(outcome.answer);
}

function readBatch(o: ReadInput): ReadRequest {
  const text = decodeText(o.body);
  const limits = o.deps.limits;
  if (isNdjson(o.contentType)) return readNdjsonBody({ text, querySource: o.querySource, limits });
  return readBatchBody({ body: parseJson(text), querySource: o.querySource, limits });
}

function readCollection(o: ReadInput & { readonly type: string }): ReadRequest {
  if (isNdjson(o.contentType)) {
    throw new DiodeError('unsupported_media_type', {
      detail: 'a collection takes application/json; send NDJSON to /api/v1/ingest',
    });
  }
  return readCollectionBody({
    type: o.type,
    body: parseJson(decodeText(o.body)),
    querySource: o.querySource,
    limits: o.deps.limits,
  });
}

/** A hint from NetBox: forget what the mirror holds of the object, so that it is read again before it is believed. */
async function webhook(deps: IngesterDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = asBytes(request.body);
  const signature = request.headers['x-hook-signature'];
  if (typeof signature === 'string' && request.headers.authorization === undefined) {
    if (deps.webhookSecret === null || !signatureMatches({ secret: deps.webhookSecret, body, signature })) {
      throw new DiodeError('unauthenticated', {
        detail: 'the X-Hook-Signature does not match, or no DIODE_WEBHOOK_SECRET is set here',
      });
    }
    await deps.rate?.count(request, reply, null);
  } else {
    await deps.gate.admit(request.headers, 'ingest');
  }
  const hint = readWebhook(parseJson(decodeText(body)));
  if (hint === null)
    return reply.code(202).send({ status: 'ignored', reason: 'Diode does not write objects of this type' });
  await deps.store.forget([hint]);
  return reply.code(202).send({ status: 'noted', object_type: hint.objectType, id: hint.id });
}

/** Bodies stay bytes here: signatures, hashes and NDJSON need them as they came. */
function keepRawBodies(app: FastifyInstance, bodyLimit: number): void {
  app.removeAllContentTypeParsers();
  const types = /^application\/(json|x-ndjson|ndjson|jsonl|[\w.+-]+\+json)(\s*;|$)/i;
  app.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
}

function asBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new DiodeError('body_unreadable', {
    detail: 'the body is empty',
    errors: [
      {
        pointer: '',
        code: 'body_empty',
        detail: 'no body was sent',
        remedy: 'Send JSON with Content-Type: application/json.',
      },
    ],
  });
}

function isNdjson(contentType: string): boolean {
  return /ndjson|jsonl/i.test(contentType);
}

function aborted(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}

function unknownCollection(name: string): DiodeError {
  const detail = `"${name.slice(0, 100)}" is not a collection this Diode writes`;
  return new DiodeError('unknown_collection', {
    detail,
    errors: [
      {
        pointer: '',
        code: 'unknown_collection',
        detail,
        remedy: "Use NetBox's REST name, for example devices or ip-addresses; GET /api/v1/openapi.json lists them.",
      },
    ],
  });
}
