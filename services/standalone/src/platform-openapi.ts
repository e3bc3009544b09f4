import { authOpenApi } from '@diode/auth';
import { ingesterOpenApi } from '@diode/ingester';
import { type JsonObject, mergeOpenApi, VERSION } from '@diode/protocol';
import { reconcilerOpenApi } from '@diode/reconciler';
import { HEALTH_OPENAPI } from '@diode/runtime';

/** The API of all services as one document: served here, and written to a file for services that run apart (scripts/build-openapi.ts). */
export function platformOpenApi(): JsonObject {
  return mergeOpenApi(VERSION, [ingesterOpenApi(), reconcilerOpenApi(), authOpenApi(), HEALTH_OPENAPI]);
}
