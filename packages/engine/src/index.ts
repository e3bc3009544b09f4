export * from './policy-contract.js';
export * from './contract.js';
