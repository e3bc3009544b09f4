import type { ReconcilerSettings } from '@diode/policy';
import type { WorkerSettings } from './worker/deps.js';

/** After NetBox's time-out, how long a request may still be on its way in it: gunicorn's own time-out is longer than ours at times. */
const REPEAT_MARGIN_MS = 5_000;
const STAND_BACK_MS = 200;
/** Most neighbours of a sync are through within it. */
const MAKE_BY_HALVES_AFTER_MS = 30_000;
/** A claim must outlive one request and its margin by far: it is renewed, but a paused process must not wake into another's work. */
const CLAIM_MARGIN_MS = 10_000;

/** `reconciler.yml` as the worker takes it. */
export function settingsOf(o: {
  readonly workerId: string;
  readonly settings: ReconcilerSettings;
  readonly tuning: Partial<WorkerSettings>;
}): WorkerSettings {
  const netboxTimeoutMs = o.tuning.netboxTimeoutMs ?? o.settings.netbox.timeoutSeconds * 1_000;
  const repeatMarginMs = o.tuning.repeatMarginMs ?? REPEAT_MARGIN_MS;
  return {
    workerId: o.workerId,
    claimLimit: o.settings.queue.claimBatch,
    leaseMs: Math.max(o.settings.queue.leaseSeconds * 1_000, netboxTimeoutMs + repeatMarginMs + CLAIM_MARGIN_MS),
    netboxTimeoutMs,
    repeatMarginMs,
    mirrorMaxAgeMs: o.settings.mirror.maxAgeSeconds * 1_000,
    retryFirstMs: o.settings.netbox.backoff.firstSeconds * 1_000,
    retryMaxMs: o.settings.netbox.backoff.maxSeconds * 1_000,
    waitingMaxMs: o.settings.waitingMaxSeconds * 1_000,
    makeByHalvesAfterMs: MAKE_BY_HALVES_AFTER_MS,
    standBackMs: STAND_BACK_MS,
    ...o.tuning,
  };
}
