import { type Finding, failing, fine } from './finding.js';

/** Tokens are refused before their time and after it. */
const LONGEST_SKEW_SECONDS = 30;

/** Compares this machine's clock with the `Date` of an answer; null without a usable one. */
export function checkClock(o: { of: string; date: string | null; nowMs: number }): Finding | null {
  const theirs = o.date === null ? Number.NaN : Date.parse(o.date);
  if (Number.isNaN(theirs)) return null;
  const skew = Math.round((theirs - o.nowMs) / 1_000);
  const check = `clock of ${o.of}`;
  if (Math.abs(skew) <= LONGEST_SKEW_SECONDS) return fine(check, `within ${Math.abs(skew)} s of this machine's`);
  return failing(
    check,
    `${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's: tokens would be refused`,
    'Keep both machines on NTP.',
  );
}
