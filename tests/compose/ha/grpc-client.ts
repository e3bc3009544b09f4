import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Try } from './patience.js';
import { DOORS } from './stack.js';

const METHOD = '/diode.v1.IngesterService/Ingest';
const IDENTITY = (bytes: Buffer): Buffer => bytes;
const DEADLINE_MS = 20_000;
/** What the gRPC guide calls safe to try again, and no answer in time: the id of the request makes a repetition harmless. */
const AGAIN: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.DEADLINE_EXCEEDED]);

export interface GrpcClient {
  ingest(o: { readonly door: number; readonly token: string; readonly request: Buffer }): Promise<Try<true>>;
  close(): void;
}

/** One channel to each door, kept, as the SDKs keep theirs. */
export function grpcClient(): GrpcClient {
  const channels = DOORS.map((door) => new Client(door, credentials.createInsecure()));
  return {
    ingest({ door, token, request }) {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      const deadline = Date.now() + DEADLINE_MS;
      return new Promise((done) =>
        channels[door % channels.length]?.makeUnaryRequest(
          METHOD,
          IDENTITY,
          IDENTITY,
          request,
          metadata,
          { deadline },
          (error: ServiceError | null) => {
            if (error === null) done({ ok: true });
            else if (AGAIN.has(error.code)) done({ again: status[error.code] ?? String(error.code) });
            else done({ end: `${status[error.code]}: ${error.details}` });
          },
        ),
      );
    },
    close() {
      for (const channel of channels) channel.close();
    },
  };
}
