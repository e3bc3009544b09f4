import { isReflectList, isReflectMessage, type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { JsonObject } from '../json.js';
import { wireMessage } from './descriptor.js';
import type { WireRequest } from './ingest-request.js';
import { messageData } from './message-data.js';
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
  const fields = reflect(wireMessage('IngestRequest'), request.message);
  const field = fields.findNumber(2);
  const list = field === undefined ? undefined : fields.get(field);
  if (!isReflectList(list)) return [];
  return [...list].flatMap((item) => (isReflectMessage(item) ? [entityOf(item)] : []));
}

function entityOf(fields: ReflectMessage): WireEntity {
  const [oneof] = fields.oneofs;
  const member = oneof && fields.oneofCase(oneof);
  const value = member && fields.get(member);
  if (member === undefined || !isReflectMessage(value)) return emptyEntity(fields);
  const objectType = SUPPORTED_ENTITIES.get(member.name);
  if (objectType === undefined) {
    return {
      kind: 'unsupported',
      oneofName: member.name,
      detail: `entities of type ${member.name} are not supported yet`,
      remedy: 'Leave them out; the other entities of the request are not affected.',
    };
  }
  return { kind: 'entity', objectType, data: messageData(value), observedAt: observedAt(fields) };
}

function observedAt(fields: ReflectMessage): string | null {
  const field = fields.findNumber(1);
  const value = field !== undefined && fields.isSet(field) ? fields.get(field) : undefined;
  return isReflectMessage(value) ? instantOf(value) : null;
}

function emptyEntity(fields: ReflectMessage): WireEntity {
  const [unknown] = fields.getUnknown() ?? [];
  return {
    kind: 'unsupported',
    oneofName: null,
    detail:
      unknown === undefined
        ? 'the entity has no object in it'
        : `the entity holds field ${unknown.no}, which is newer than the diode.v1 messages this Diode knows`,
    remedy: unknown === undefined ? 'Set one object in each Entity.' : 'Upgrade Diode, or use an older SDK.',
  };
}
