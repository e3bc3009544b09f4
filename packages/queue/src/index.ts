export * from './contract.js';
export { openQueue } from './open-queue.js';
export { openRateStore, type RateStoreOptions } from './rate/open-rate-store.js';
