import type { Engine } from '../engine.js';
import { textOf } from '../store/row.js';
import { type Answer, detail } from './answer.js';

/** Who asks; or NetBox's 403 (never 401). */
export type Caller =
  | { readonly userId: number; readonly userName: string; readonly mayWrite: boolean }
  | { readonly refused: Answer };

const missing = detail(403, 'Authentication credentials were not provided.');

/** Checks `Authorization: Token <key>` as NetBox 4.4 does (v1 tokens; any other scheme counts as none). */
export function authorise(engine: Engine, header: string | undefined): Caller {
  const parts = (header ?? '').trim().split(/\s+/);
  if (parts[0]?.toLowerCase() !== 'token') return { refused: missing };
  if (parts.length === 1) return { refused: detail(403, 'Invalid token header. No credentials provided.') };
  if (parts.length > 2)
    return { refused: detail(403, 'Invalid token header. Token string should not contain spaces.') };
  const [id] = engine.db.table('users.token').where('key', parts[1] ?? '');
  const token = engine.row('users.token', id);
  if (!token) return { refused: detail(403, 'Invalid token') };
  const user = engine.row('users.user', token.user);
  return {
    userId: Number(token.user),
    userName: textOf(user?.username),
    mayWrite: token.write_enabled !== false,
  };
}
