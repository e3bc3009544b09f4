import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { conflict, notFound } from './admin-error.js';
import { type ClientRecord, type ClientWish, clientRecord, newClientId } from './client-record.js';
import type { JsonFile } from './json-file.js';
import { hashSecret } from './secret-hash.js';

export const clientsFile = z.array(clientRecord);

/** A client after a change, and its secret in clear if the change set one. */
export interface Changed {
  readonly record: ClientRecord;
  readonly secret: string | undefined;
}

export interface ClientStore {
  get(clientId: string): ClientRecord | undefined;
  /** By client id, ascending. */
  list(): readonly ClientRecord[];
  create(wish: ClientWish): Promise<Changed>;
  /** Replaces every field; a secret left out is kept. */
  replace(clientId: string, wish: ClientWish): Promise<Changed>;
  setLifespan(clientId: string, lifespanS: number | null): Promise<Changed>;
  remove(clientId: string): Promise<ClientRecord>;
}

export function makeClientStore(file: JsonFile<ClientRecord[]>, now: () => number): ClientStore {
  const records = new Map(file.value.map((record) => [record.client_id, record]));

  const save = (): Promise<void> => file.replace([...records.values()]);
  const existing = (clientId: string): ClientRecord => {
    const record = records.get(clientId);
    if (record === undefined) throw notFound();
    return record;
  };
  const instant = (): string => new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');

  return {
    get: (clientId) => records.get(clientId),
    list: () => [...records.values()].sort((a, b) => (a.client_id < b.client_id ? -1 : 1)),
    async create({ clientId = newClientId(), secret = generatedSecret(), fields }) {
      if (records.has(clientId)) throw conflict();
      const secret_hash = await hashSecret(secret);
      // Somebody may have taken the id while the secret was hashed.
      if (records.has(clientId)) throw conflict();
      const at = instant();
      const record = { ...fields, client_id: clientId, secret_hash, lifespan_s: null, created_at: at, updated_at: at };
      records.set(clientId, record);
      await save();
      return { record, secret };
    },
    async replace(clientId, { secret, fields }) {
      existing(clientId);
      const hash = secret === undefined ? undefined : await hashSecret(secret);
      const old = existing(clientId);
      const record = { ...old, ...fields, secret_hash: hash ?? old.secret_hash, updated_at: instant() };
      records.set(clientId, record);
      await save();
      return { record, secret };
    },
    async setLifespan(clientId, lifespanS) {
      const record = { ...existing(clientId), lifespan_s: lifespanS, updated_at: instant() };
      records.set(clientId, record);
      await save();
      return { record, secret: undefined };
    },
    async remove(clientId) {
      const record = existing(clientId);
      records.delete(clientId);
      await save();
      return record;
    },
  };
}

/** URL-safe, so that Basic needs no form encoding (facts/hydra.md "Tokens"). 26 characters, as Hydra's. */
function generatedSecret(): string {
  return randomBytes(20).toString('base64url').slice(0, 26);
}
