import { CHANNELS, type Channel } from '@diode/protocol';
import { key, listOf, object } from '../read/collections.js';
import { mapped, type Reader } from '../read/reader.js';
import { oneOf, text } from '../read/scalars.js';

/** Where a block of rules holds; null = everywhere. */
export interface AppliesTo {
  readonly channels: readonly Channel[] | null;
  readonly sources: readonly string[] | null;
}

export const EVERYWHERE: AppliesTo = { channels: null, sources: null };

export function appliesTo(): Reader<AppliesTo> {
  return mapped(
    object({
      channels: key('Channels the rules hold for: `http`, `grpc`. Default: all.', listOf(oneOf(CHANNELS), { min: 1 })),
      sources: key('Sources the rules hold for. Default: all.', listOf(text(), { min: 1 })),
    }),
    (read) => ({ channels: read.channels ?? null, sources: read.sources ?? null }),
  );
}
