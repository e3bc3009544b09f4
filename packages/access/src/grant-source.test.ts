import { DiodeError } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { makeGrantSource } from './grant-source.js';

/** An authority whose answers, and whether it answers at all, a test decides. */
function authority(grant: readonly string[] | undefined) {
  const state = { asked: 0, away: false, grant, nowMs: 0 };
  const source = makeGrantSource({
    configured: new Map([['configured', ['file']]]),
    now: () => state.nowMs,
    ttlMs: 1_000,
    maxStaleMs: 10_000,
    lookup: async () => {
      state.asked += 1;
      if (state.away) throw new Error('away');
      return state.grant;
    },
  });
  return { state, source };
}

describe('makeGrantSource', () => {
  it('takes what the file binds without asking, and leaves others unbound when there is nobody to ask', async () => {
    const { state, source } = authority(['asked']);
    expect(await source.sourcesOf('configured')).toEqual(['file']);
    expect(state.asked).toBe(0);
    expect(await makeGrantSource({}).sourcesOf('anyone')).toBeUndefined();
  });

  it('asks once for all who wait, and again when the answer is old', async () => {
    const { state, source } = authority(['a']);
    expect(await Promise.all([source.sourcesOf('c'), source.sourcesOf('c')])).toEqual([['a'], ['a']]);
    expect(await source.sourcesOf('c')).toEqual(['a']);
    expect(state.asked).toBe(1);
    state.grant = ['b'];
    state.nowMs = 1_000;
    expect(await source.sourcesOf('c')).toEqual(['b']);
    expect(state.asked).toBe(2);
  });

  it('remembers "not bound" as an answer', async () => {
    const { state, source } = authority(undefined);
    expect(await source.sourcesOf('c')).toBeUndefined();
    expect(await source.sourcesOf('c')).toBeUndefined();
    expect(state.asked).toBe(1);
  });

  it('uses an old answer while the authority is away, and refuses to guess when it has none', async () => {
    const { state, source } = authority(['a']);
    await source.sourcesOf('c');
    Object.assign(state, { away: true, nowMs: 9_000 });
    expect(await source.sourcesOf('c')).toEqual(['a']);
    state.nowMs = 10_000;
    for (const client of ['c', 'never seen']) {
      const failure = await source.sourcesOf(client).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DiodeError);
      expect(failure).toMatchObject({ code: 'token_service_unavailable', retryAfterMs: 2_000 });
    }
  });
});
