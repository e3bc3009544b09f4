import { objectType } from '@diode/catalogue';
import { identify, lookupKeys, observe, plan, prepare } from '@diode/engine';
import type { ObjectTypes } from '@diode/netbox';
import type { Brain } from './worker/deps.js';

/** Catalogue and engine as the NetBox adapter asks for them. */
export const NETBOX_TYPES: ObjectTypes = { rowOf: objectType, observe, lookupKeys };

/** The engine as the worker uses it. */
export const BRAIN: Brain = {
  prepare,
  rowOf: objectType,
  lookupKeys,
  *planning(prepared, policy, options) {
    const identified = yield* identify(prepared, policy);
    return plan(identified, policy, options);
  },
};
