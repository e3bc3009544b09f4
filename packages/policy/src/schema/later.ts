import type { Later } from '../read/collections.js';

/** Capabilities some keys wait for, and why those keys have no effect until then. */
export const CONFLICTS: Later = {
  comesWith: 'conflict resolution',
  why: 'Sources are not ranked yet: an asserted value that differs is written, whoever wrote the one before',
};
export const REVIEW: Later = { comesWith: 'human review', why: 'Nothing is held for review by rule yet' };
export const DRIFT: Later = { comesWith: 'drift runs', why: 'Types have no drift runs of their own yet' };
