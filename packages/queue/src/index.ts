export * from './contract.js';
export { openQueue } from './open-queue.js';
