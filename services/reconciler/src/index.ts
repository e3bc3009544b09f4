export { reconcilerOpenApi } from './api/openapi.js';
export { makeReconciler, type Reconciler, type ReconcilerOptions } from './reconciler.js';
export { RECONCILER_SETTINGS } from './settings.js';
export { startReconciler } from './start-reconciler.js';
