import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, jsonPatch, PatchError } from './json-patch.js';

const document = { scope: 'a', list: ['x', 'y'], metadata: { 'a/b': 1, 'm~n': { deep: true } } };

describe('applyPatch', () => {
  it.each([
    ['replaces', [{ op: 'replace', path: '/scope', value: 'b' }], { ...document, scope: 'b' }],
    ['adds a member', [{ op: 'add', path: '/new', value: null }], { ...document, new: null }],
    ['adds to the end of a list', [{ op: 'add', path: '/list/-', value: 'z' }], { ...document, list: ['x', 'y', 'z'] }],
    ['inserts into a list', [{ op: 'add', path: '/list/0', value: 'z' }], { ...document, list: ['z', 'x', 'y'] }],
    ['removes from a list', [{ op: 'remove', path: '/list/0' }], { ...document, list: ['y'] }],
    [
      'removes a member',
      [{ op: 'remove', path: '/metadata/a~1b' }],
      { ...document, metadata: { 'm~n': { deep: true } } },
    ],
    ['copies', [{ op: 'copy', from: '/scope', path: '/list/0' }], { ...document, list: ['a', 'x', 'y'] }],
    ['tests', [{ op: 'test', path: '/metadata/m~0n', value: { deep: true } }], document],
    [
      'moves',
      [{ op: 'move', from: '/metadata/m~0n/deep', path: '/scope' }],
      { ...document, scope: true, metadata: { 'a/b': 1, 'm~n': {} } },
    ],
  ])('%s', (_what, patch, expected) => {
    expect(applyPatch(document, jsonPatch.parse(patch))).toEqual(expected);
  });

  it.each([
    ['a missing member', { op: 'replace', path: '/nothing', value: 1 }],
    ['a missing parent', { op: 'add', path: '/nothing/here', value: 1 }],
    ['an index past the end', { op: 'add', path: '/list/3', value: 1 }],
    ['an index with a leading zero', { op: 'replace', path: '/list/01', value: 1 }],
    ['a member of text', { op: 'add', path: '/scope/x', value: 1 }],
    ['a failed test', { op: 'test', path: '/scope', value: 'b' }],
    ['the whole document', { op: 'replace', path: '', value: {} }],
    ['an inherited member', { op: 'replace', path: '/__proto__/x', value: 1 }],
    ['a path without a slash', { op: 'remove', path: 'scope' }],
  ])('refuses %s', (_what, step) => {
    expect(() => applyPatch(document, jsonPatch.parse([step]))).toThrow(PatchError);
  });

  it('is total and leaves the document and every prototype as they were', () => {
    const before = structuredClone(document);
    const path = fc.oneof(
      fc.string().map((text) => `/${text}`),
      fc.constantFrom('/list/0', '/metadata', '/__proto__', '/constructor/prototype/x', '/metadata/m~0n/deep', '/'),
    );
    const step = fc.record({
      op: fc.constantFrom('add', 'replace', 'test', 'remove', 'move', 'copy'),
      path,
      from: path,
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), (steps) => {
        const patch = jsonPatch.safeParse(steps);
        if (!patch.success) return;
        try {
          applyPatch(document, patch.data);
        } catch (error) {
          expect(error).toBeInstanceOf(PatchError);
        }
        expect(document).toEqual(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });
});
