/** The errors of Hydra's admin endpoints: the sentence is in `error` (facts/hydra.md "Clients"). */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly status: number;
  readonly body: { readonly error: string; readonly error_description: string };

  constructor(status: number, error: string, description = '') {
    super(error);
    this.status = status;
    this.body = { error, error_description: description };
  }
}

export const notFound = (): AdminError => new AdminError(404, 'Unable to locate the resource');

export const conflict = (): AdminError =>
  new AdminError(409, 'Unable to insert or update resource because a resource with that value exists already');

export const malformed = (reason: string): AdminError =>
  new AdminError(400, 'The request was malformed or contained invalid parameters', reason);
