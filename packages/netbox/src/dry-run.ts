import type { NetboxWriter, WriteAnswer } from './contract.js';

/** A writer that writes nothing while `isDry` says so: the last line of observe mode, under the planner's own. */
export function dryRun(writer: NetboxWriter, isDry: () => boolean): NetboxWriter {
  const refused: WriteAnswer = {
    kind: 'refused',
    status: 0,
    culprits: null,
    problems: [
      {
        pointer: '',
        code: 'observe',
        detail: 'Diode is in observe mode: nothing is written',
        remedy: 'run `diode go-live`',
      },
    ],
    requestId: null,
  };
  return {
    createMany: async (objectType, items, signal) => (isDry() ? refused : writer.createMany(objectType, items, signal)),
    updateMany: async (objectType, items, signal) => (isDry() ? refused : writer.updateMany(objectType, items, signal)),
  };
}
