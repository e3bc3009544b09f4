import { type Refusal, wwwAuthenticate } from '@diode/access';
import { DiodeError } from '@diode/protocol';
import { toDiodeError } from '@diode/runtime';
import type { Callers } from '../caller.js';
import { edgeNeed } from './edge-needs.js';
import type { OriginalRequest } from './original-request.js';
import type { VerdictMetrics } from './verdict-metrics.js';

/** May it pass? A refusal carries the error to render and, where RFC 6750 wants one, the challenge. */
export type Verdict = { readonly kind: 'ok'; readonly clientId: string } | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly error: DiodeError;
  readonly challenge: string | undefined;
}

/** Never throws: what goes wrong here is a refusal (503). */
export type Judge = (original: OriginalRequest | undefined) => Promise<Verdict>;

export function makeJudge(o: { readonly callers: Callers; readonly onFault: (fault: DiodeError) => void }): Judge {
  return async (original) => {
    const need = original === undefined ? null : edgeNeed(original.method, original.target);
    if (original === undefined || need === null) return notRouted();
    try {
      const caller = await o.callers.caller(
        { authorization: original.authorization },
        need === 'token' ? undefined : need,
      );
      return caller.kind === 'ok' ? { kind: 'ok', clientId: caller.identity.clientId } : refused(caller);
    } catch (thrown) {
      const error = toDiodeError(thrown);
      if (error.code === 'token_service_unavailable') return { kind: 'refused', error, challenge: undefined };
      o.onFault(error);
      return unavailable();
    }
  };
}

/** Counts what a judge says. */
export function counted(judge: Judge, metrics: VerdictMetrics): Judge {
  return async (original) => {
    const verdict = await judge(original);
    metrics.count(verdict.kind === 'ok' ? 'allowed' : outcomeOf(verdict.error));
    return verdict;
  };
}

/** When a verdict cannot be given, or changed while it was given: another try may work. */
export function unavailable(): Refused {
  const detail = 'The access token could not be checked just now.';
  const error = new DiodeError('token_service_unavailable', { detail, retryAfterMs: 1_000 });
  return { kind: 'refused', error, challenge: undefined };
}

function refused(refusal: Refusal): Refused {
  const { code, reason, retryAfterMs } = refusal;
  const error = new DiodeError(code, { detail: reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  return { kind: 'refused', error, challenge: wwwAuthenticate(refusal) };
}

function notRouted(): Refused {
  const error = new DiodeError('not_found', {
    detail: 'There is nothing for tokens at this path, or it is written oddly.',
  });
  return { kind: 'refused', error, challenge: undefined };
}

function outcomeOf(error: DiodeError): 'unauthenticated' | 'insufficient_scope' | 'not_routed' | 'unavailable' {
  if (error.code === 'unauthenticated' || error.code === 'insufficient_scope') return error.code;
  return error.code === 'not_found' ? 'not_routed' : 'unavailable';
}
