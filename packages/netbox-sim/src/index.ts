export type { FaultRule } from './http/faults.js';
export {
  type NetboxSim,
  type NetboxSimOptions,
  type SeenRequest,
  type SimControl,
  startNetboxSim,
} from './start-netbox-sim.js';
