export { allObjectTypes, OBJECT_TYPES } from './all-object-types.js';
export { byCollection, fieldOf, objectType } from './find-object-type.js';
export * from './object-type.js';
