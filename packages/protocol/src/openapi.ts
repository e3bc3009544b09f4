import { z } from 'zod';
import { API_TAGS } from './api-tags.js';
import { ERRORS, type ErrorCode } from './errors.js';
import { problemSchema } from './http-schemas.js';
import type { JsonObject, JsonValue } from './json.js';

/** What one service adds to the OpenAPI document: its paths and the named schemas they use. */
export interface OpenApiFragment {
  readonly paths: JsonObject;
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}

const BUILTIN = { Problem: problemSchema } as const;

/** A reference to a named schema. */
export function schemaRef(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** A JSON answer with a named schema. */
export function jsonAnswer(description: string, schema: string): JsonObject {
  return { description, content: { 'application/json': { schema: schemaRef(schema) } } };
}

/** Problem answers for codes, by status. */
export function problemAnswers(...codes: readonly ErrorCode[]): JsonObject {
  const byStatus: Record<string, string[]> = {};
  for (const code of codes) {
    const status = String(ERRORS[code].status);
    byStatus[status] = [...(byStatus[status] ?? []), code];
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, list]) => [
      status,
      { description: list.join(', '), content: { 'application/problem+json': { schema: schemaRef('Problem') } } },
    ]),
  );
}

/** Merges the fragments of the services into one OpenAPI 3.1 document. */
export function mergeOpenApi(version: string, fragments: readonly OpenApiFragment[]): JsonObject {
  const schemas: Record<string, JsonValue> = {};
  for (const [name, schema] of Object.entries({
    ...BUILTIN,
    ...Object.assign({}, ...fragments.map((f) => f.schemas)),
  })) {
    schemas[name] = toJsonSchema(schema);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Diode',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Assert what you know about the network; Diode makes NetBox say so and gives a receipt.',
    },
    tags: Object.entries(API_TAGS).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }],
    paths: Object.assign({}, ...fragments.map((f) => f.paths)),
    components: {
      schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function toJsonSchema(schema: unknown): JsonValue {
  if (!(schema instanceof z.ZodType))
    throw new TypeError('an OpenAPI fragment names something that is not a zod schema');
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return JSON.parse(JSON.stringify(rest));
}
