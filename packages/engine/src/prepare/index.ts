export { type AbsentDefault, absentDefaults } from './absent-defaults.js';
export { toIso8601 } from './iso8601.js';
export { prepare } from './prepare.js';
