import type { DescField } from '@bufbuild/protobuf';
import type { JsonObject } from '../json.js';
import { wireMessage } from './descriptor.js';
import type { WireRequest } from './ingest-request.js';
import { messageData } from './message-data.js';
import { chosen, hasUnknown, isRaw, type RawMessage } from './raw-message.js';
import { SUPPORTED_ENTITIES } from './supported-types.js';
import { instantOf } from './time.js';

/** One member of `IngestRequest.entities`, in order. */
export type WireEntity =
  | {
      readonly kind: 'entity';
      readonly objectType: string;
      /** NetBox's REST field names; absent = no opinion, null = clear (I7). */
      readonly data: JsonObject;
      /** RFC 3339, UTC, milliseconds; null when the client gave none (replay tools do not). */
      readonly observedAt: string | null;
    }
  | {
      readonly kind: 'unsupported';
      /** The member of the oneof; null when nothing is set or it is newer than our descriptor. */
      readonly oneofName: string | null;
      readonly detail: string;
      readonly remedy: string;
    };

/** The entities of a request as assertions, or a verdict for each that cannot be one. */
export function entitiesOf(request: WireRequest): WireEntity[] {
  const members = wireMessage('Entity').oneofs[0]?.fields ?? [];
  const fields = new Map(members.map((field) => [field.localName, field]));
  return request.entities.map((entity) => entityOf(fields, entity));
}

function entityOf(fields: ReadonlyMap<string, DescField>, entity: RawMessage): WireEntity {
  const choice = chosen(entity.entity);
  const field = choice === null ? undefined : fields.get(choice.member);
  if (choice === null || field?.message === undefined || !isRaw(choice.value)) return emptyEntity(entity);
  const objectType = SUPPORTED_ENTITIES.get(field.name);
  if (objectType === undefined) {
    return {
      kind: 'unsupported',
      oneofName: field.name,
      detail: `entities of type ${field.name} are not supported yet`,
      remedy: 'Leave them out; the other entities of the request are not affected.',
    };
  }
  const data = messageData(field.message, choice.value);
  return { kind: 'entity', objectType, data, observedAt: instantOf(entity.timestamp) };
}

function emptyEntity(entity: RawMessage): WireEntity {
  const newer = hasUnknown(entity);
  return {
    kind: 'unsupported',
    oneofName: null,
    detail: newer
      ? 'the entity holds an object newer than the diode.v1 messages this Diode knows'
      : 'the entity has no object in it',
    remedy: newer ? 'Upgrade Diode, or use an older SDK.' : 'Set one object in each Entity.',
  };
}
