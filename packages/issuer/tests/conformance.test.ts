import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '@diode/issuer';
import { afterAll, describe } from 'vitest';
import { issuerConformance } from './conformance.js';

const dataDir = await mkdtemp(join(tmpdir(), 'diode-issuer-'));
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const issuer = await startIssuer({ dataDir, host: '127.0.0.1', port: 0, adminPort: 0, log: quiet, clients: [] });

afterAll(async () => {
  await issuer.close();
  await rm(dataDir, { recursive: true });
});

describe('our issuer', () => issuerConformance(issuer));

// The real thing too, where one is named. Its access tokens must be JWTs.
const publicUrl = process.env.DIODE_TEST_HYDRA_PUBLIC_URL;
const adminUrl = process.env.DIODE_TEST_HYDRA_ADMIN_URL;
if (publicUrl && adminUrl) describe('Hydra', () => issuerConformance({ publicUrl, adminUrl }));
