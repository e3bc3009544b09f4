export * from './contract.js';
export * from './policy-contract.js';
