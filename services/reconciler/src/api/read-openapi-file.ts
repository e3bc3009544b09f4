import { readFile } from 'node:fs/promises';
import { DiodeError, isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

/** The API document that the build made of all services (`npm run build:openapi`). @throws DiodeError config_invalid */
export async function readOpenApiFile(path: string): Promise<JsonObject> {
  const document = await parse(path);
  if (isJsonObject(document) && 'openapi' in document && 'paths' in document) return document;
  throw unusable(path, 'holds no OpenAPI document');
}

async function parse(path: string): Promise<JsonValue> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw unusable(path, error instanceof SyntaxError ? 'holds no JSON' : `cannot be read (${codeOf(error)})`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'fault';
}

function unusable(path: string, why: string): DiodeError {
  const detail = `the file ${path} of DIODE_OPENAPI_FILE ${why}`;
  return new DiodeError('config_invalid', {
    detail,
    errors: [
      {
        pointer: '/env/DIODE_OPENAPI_FILE',
        code: 'config_invalid',
        detail,
        remedy: 'Make it with `npm run build:openapi`, or leave DIODE_OPENAPI_FILE out.',
      },
    ],
  });
}
