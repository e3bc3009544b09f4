export * from './contract.js';
export * from './policy-contract.js';
export * from './prepare/index.js';
