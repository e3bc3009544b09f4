import type { Lookup, LookupAnswer, Plan } from '@diode/engine';

/** Identify and plan as one conversation: it yields look-ups, is fed their answers, and ends with the plan. */
export type Planning = Generator<readonly Lookup[], Plan, LookupAnswer>;

/** Feeds a planning its answers until it is done. */
export async function drive(
  planning: Planning,
  ask: (lookups: readonly Lookup[]) => Promise<LookupAnswer>,
): Promise<Plan> {
  let step = planning.next();
  while (!step.done) step = planning.next(await ask(step.value));
  return step.value;
}
