export * from './assertion.js';
export * from './errors.js';
export * from './http-schemas.js';
export * from './json.js';
export * from './openapi.js';
export * from './receipt.js';
export * from './states.js';
export * from './wire/index.js';
