import type { TestProject } from 'vitest/node';
import { bringUp } from './bring-up.js';
import { PROJECT } from './stack.js';

export function setup(vitest: TestProject): Promise<() => Promise<void>> {
  return bringUp(vitest, { name: PROJECT });
}
