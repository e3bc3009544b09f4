import { readFileSync } from 'node:fs';
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const PATH = new URL('../../data/diode-v1-ingester.binpb', import.meta.url);

let registry: FileRegistry | undefined;

/** The messages of diode.v1. Loaded from the recorded descriptor on first use (about 60 ms), never on import. */
export function wireRegistry(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(PATH)));
  return registry;
}

/** @throws TypeError when the descriptor has no such message */
export function wireMessage(name: string): DescMessage {
  const found = wireRegistry().getMessage(`diode.v1.${name}`);
  if (found === undefined) throw new TypeError(`the descriptor has no message diode.v1.${name}`);
  return found;
}
