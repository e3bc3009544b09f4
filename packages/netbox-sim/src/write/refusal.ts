import type { Json } from '../tables/table-shapes.js';

/** NetBox's answer when it will not do what was asked: thrown anywhere in a request, rendered at its edge. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: Json,
  ) {
    super(`${status} ${JSON.stringify(body)}`);
  }
}

/** What NetBox's middleware answers when an exception escapes a view. */
export const serverError = (exception: string, error: string, version: string): Refusal =>
  new Refusal(500, { error, exception, netbox_version: version, python_version: '3.11.7' });

/** Field errors of one object, by field name; `__all__` for the object as a whole. */
export type FieldErrors = Record<string, Json>;

/** What a model's own check says is wrong. */
export class ModelError extends Error {
  constructor(
    readonly field: string,
    readonly words: string,
  ) {
    super(`${field}: ${words}`);
  }
}

export const wrong = (field: string, words: string): ModelError => new ModelError(field, words);
export const wrongObject = (words: string): ModelError => new ModelError('__all__', words);
