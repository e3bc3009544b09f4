/** The request nginx asks about, from the headers nginx sets. */
export interface OriginalRequest {
  readonly method: string;
  /** As it came, query included. */
  readonly target: string;
  /** Every Authorization header there was: Node's own `headers` keeps the first of several and says nothing. */
  readonly authorization: readonly string[];
}

/** Undefined when a header is missing or repeated: nobody but nginx, set up as shipped, asks rightly. */
export function originalRequest(rawHeaders: readonly string[]): OriginalRequest | undefined {
  const methods: string[] = [];
  const targets: string[] = [];
  const authorization: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const value = rawHeaders[i + 1] ?? '';
    switch (rawHeaders[i]?.toLowerCase()) {
      case 'x-original-method':
        methods.push(value);
        break;
      case 'x-original-uri':
        targets.push(value);
        break;
      case 'authorization':
        authorization.push(value);
        break;
    }
  }
  const [method] = methods;
  const [target] = targets;
  if (method === undefined || target === undefined || methods.length > 1 || targets.length > 1) return undefined;
  return { method, target, authorization };
}
