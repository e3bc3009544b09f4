import { DiodeError } from '@diode/protocol';

/** Opaque to clients: the index the page ended with. */
export function encodeCursor(index: number): string {
  return Buffer.from(`i${index}`).toString('base64url');
}

/** The index to go on after; -1 from the start. Throws DiodeError `invalid_parameter` for what `encodeCursor` did not make. */
export function decodeCursor(cursor: string | null): number {
  if (cursor === null) return -1;
  const match = /^i(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null)
    throw new DiodeError('invalid_parameter', { detail: 'The cursor is not one this service gave out.' });
  return Number(match[1]);
}
