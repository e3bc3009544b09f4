export { wireRegistry } from './descriptor.js';
export { entitiesOf, type WireEntity } from './entities.js';
export {
  type DecodedIngest,
  decodeIngest,
  encodeIngestResponse,
  refusalOf,
  type WireRequest,
} from './ingest-request.js';
export { requestHash } from './request-hash.js';
export { SUPPORTED_ENTITIES } from './supported-types.js';
