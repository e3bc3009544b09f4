export * from './contract.js';
export { lookupKeys } from './lookup/lookup-keys.js';
export { normalize } from './normal-form/normalize.js';
export type { Normalized } from './normal-form/normalized.js';
export { observe } from './normal-form/observe.js';
export { sameValue } from './normal-form/same-value.js';
export { slugify } from './normal-form/text.js';
export * from './policy-contract.js';
export * from './prepare/index.js';
