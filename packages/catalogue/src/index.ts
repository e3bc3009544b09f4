export * from './object-type.js';
