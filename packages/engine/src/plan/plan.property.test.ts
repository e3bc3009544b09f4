import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyEntity, batches, consistentBatches } from '../../tests/support/arbitraries.js';
import { Model } from '../../tests/support/model.js';
import { applyEntities, planEntities } from '../../tests/support/run.js';

/** `DIODE_PROPERTY_RUNS=5000 npx vitest run …` looks longer. */
const RUNS = Number(process.env.DIODE_PROPERTY_RUNS ?? 60);
const TIMEOUT_MS = 120_000;

describe('the algebra of identify and plan', () => {
  it(
    'gives the same plan for the same facts (I3)',
    () => {
      fc.assert(
        fc.property(batches, batches, (first, second) => {
          const model = new Model();
          applyEntities(model, first);
          expect(planEntities(model, second)).toEqual(planEntities(model, second));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'yields all noop after it was carried out (I5)',
    () => {
      fc.assert(
        fc.property(batches, batches, (first, second) => {
          const model = new Model();
          applyEntities(model, first);
          applyEntities(model, second);
          const again = planEntities(model, second);
          const acting = again.changes.filter((change) => change.action === 'create' || change.action === 'update');
          expect(acting).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'comes to the same state whatever the order of a batch',
    () => {
      fc.assert(
        fc.property(
          consistentBatches.chain((batch) =>
            fc.tuple(fc.constant(batch), fc.shuffledSubarray([...batch], { minLength: batch.length })),
          ),
          ([batch, shuffled]) => {
            const [one, other] = [new Model(), new Model()];
            applyEntities(one, batch);
            applyEntities(other, shuffled);
            expect(other.print()).toEqual(one.print());
          },
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'answers anything a client can send, and never throws',
    () => {
      fc.assert(
        fc.property(fc.array(anyEntity, { maxLength: 6 }), (entities) => {
          const model = new Model();
          const plan = applyEntities(model, entities);
          expect(plan.outcomes).toHaveLength(entities.length);
          const again = planEntities(model, entities);
          expect(again.changes.filter((change) => change.action === 'create' || change.action === 'update')).toEqual(
            [],
          );
          for (const outcome of plan.outcomes) {
            expect(outcome.change !== null || outcome.problems.length > 0).toBe(true);
            for (const problem of outcome.problems)
              expect(problem.pointer === '' || problem.pointer.startsWith('/')).toBe(true);
          }
        }),
        { numRuns: 3 * RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
