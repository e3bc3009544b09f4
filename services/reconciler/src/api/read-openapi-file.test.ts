import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeOpenApi } from '@diode/protocol';
import { addApiDocs, buildHttpApp, makeLogger } from '@diode/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcilerOpenApi } from './openapi.js';
import { readOpenApiFile } from './read-openapi-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diode-openapi-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const file = join(folder, 'openapi.json');
  await writeFile(file, text);
  return file;
}

describe('the API document of a file', () => {
  it('is served as it is, with the page that shows it', async () => {
    const document = mergeOpenApi('1.2.3', [reconcilerOpenApi()]);
    const app = buildHttpApp({ logger: makeLogger({ level: 'silent', service: 't', instanceId: 'i' }) });
    await addApiDocs(app, await readOpenApiFile(await fileWith(JSON.stringify(document))));
    const answer = await app.inject('/api/v1/openapi.json');
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
    const page = await app.inject('/api/docs/');
    expect(page.headers['content-type']).toContain('text/html');
    await app.close();
  });

  it.each([
    ['', 'holds no JSON'],
    ['[]', 'holds no OpenAPI document'],
    ['{"openapi":"3.1.0"}', 'holds no OpenAPI document'],
  ])('that holds %j keeps the service from starting', async (text, why) => {
    await expect(readOpenApiFile(await fileWith(text))).rejects.toMatchObject({
      code: 'config_invalid',
      detail: expect.stringContaining(why),
    });
  });

  it('that is not there keeps the service from starting', async () => {
    await expect(readOpenApiFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
