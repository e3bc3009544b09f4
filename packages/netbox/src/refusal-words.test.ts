import { describe, expect, it } from 'vitest';
import { culpritsOf, problemsOf } from './refusal-words.js';

describe("NetBox's words", () => {
  it('point to the field NetBox names, or to the custom field its sentence names', () => {
    const pointers = problemsOf({
      slug: ['This field is required.'],
      __all__: [
        "Invalid value for custom field 'cf_sel': Invalid choice (zzz) for choice set cs.",
        'Device with this name exists.',
      ],
    }).map((problem) => problem.pointer);
    expect(pointers).toEqual(['/slug', '/custom_fields/cf_sel', '']);
  });

  it('tell which of a list is meant where the answer is aligned with it', () => {
    const culprits = culpritsOf([{}, { name: ['This field may not be blank.'] }], 2);
    expect([...(culprits?.keys() ?? [])]).toEqual([1]);
  });

  it('say nothing of who is meant in one object for many', () => {
    expect(culpritsOf({ name: ['taken'] }, 2)).toBeNull();
  });
});
