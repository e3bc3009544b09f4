export { describePolicy } from './describe-policy.js';
export type { EffectiveRule } from './effective-rule.js';
export { keysOf } from './file-schemas.js';
export { loadPolicy } from './load-policy.js';
export type { LoadedPolicy, LoadResult, NotInForce, PolicyWarning } from './loaded-policy.js';
export { formatMistakes, type Mistake } from './mistake.js';
export { POLICY_FILES, type PolicyFileName, type PolicyFiles } from './policy-files.js';
export type { KeyRow } from './read/reader.js';
export type * from './settings.js';
