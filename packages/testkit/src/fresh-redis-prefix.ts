import { randomBytes } from 'node:crypto';

/** A prefix for keys that no other test uses, so that files share one Redis without meeting. Ends in `:`. */
export function freshRedisPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}:`;
}
