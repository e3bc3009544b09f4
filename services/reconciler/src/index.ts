export { type Reconciler, type ReconcilerOptions, makeReconciler } from './reconciler.js';
