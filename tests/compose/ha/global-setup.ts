import type { TestProject } from 'vitest/node';
import { bringUp } from '../lab/bring-up.js';
import { FILES, PROJECT } from './stack.js';

export function setup(vitest: TestProject): Promise<() => Promise<void>> {
  return bringUp(vitest, { name: PROJECT, files: FILES });
}
