import { type ClientSeed, type IssuerOptions, startIssuer } from '@diode/issuer';

/** A process of its own, so that a test can kill it. Argument: the data directory. Prints its URLs as one line of JSON. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clients: ClientSeed[] = [
  {
    client_id: 'lab',
    client_secret: 'the-secret-of-lab',
    grant_types: ['client_credentials'],
    scope: 'diode:ingest',
    token_endpoint_auth_method: 'client_secret_basic',
  },
];
const options: IssuerOptions = {
  dataDir: process.argv[2] ?? '',
  host: '127.0.0.1',
  port: 0,
  adminPort: 0,
  issuerUrl: 'http://issuer.test',
  log: quiet,
  clients,
};
const { publicUrl, adminUrl } = await startIssuer(options);
process.stdout.write(`${JSON.stringify({ publicUrl, adminUrl })}\n`);
