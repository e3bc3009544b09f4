import type { IssuerPublic } from './contract.js';
import type { IssuerHttp } from './issuer-http.js';

/** Hydra's public listener, or ours. */
export function makeIssuerPublic(options: { readonly publicUrl: string; readonly http: IssuerHttp }): IssuerPublic {
  const { http } = options;
  const base = options.publicUrl.replace(/\/$/, '');
  return {
    async token({ form, basic }) {
      const answer = await http.call('POST', `${base}/oauth2/token`, {
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(basic === undefined ? {} : { authorization: basicHeader(basic) }),
        },
        body: form.toString(),
      });
      return { status: answer.status, body: answer.body, retryAfter: answer.header('retry-after') };
    },
    async ready() {
      try {
        return (await http.call('GET', `${base}/health/ready`, { timeoutMs: 2_000 })).status === 200;
      } catch {
        return false;
      }
    },
  };
}

/** RFC 6749 §2.3.1: form-urlencoded, then Basic. */
function basicHeader({ id, secret }: { id: string; secret: string }): string {
  const encoded = [id, secret].map((part) => new URLSearchParams({ v: part }).toString().slice(2));
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}
