export * from './assertion.js';
export * from './errors.js';
export * from './json.js';
export * from './receipt.js';
export * from './states.js';
