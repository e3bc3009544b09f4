import { boolean, choice, customFields, decimal, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

/** Compared without regard to case: people write `catalyst 9300`. */
export const deviceType: ObjectTypeRow = {
  name: 'dcim.devicetype',
  collection: 'device-types',
  endpoint: 'dcim/device-types',
  labelField: 'model',
  slugFrom: 'model',
  containment: ['manufacturer'],
  matchers: [
    unique('manufacturer-slug', ['manufacturer', 'slug']),
    unique('manufacturer-model', ['manufacturer', 'model'], { fold: ['model'] }),
    weak('slug', ['slug'], { fold: ['slug'], unless: ['manufacturer'] }),
    weak('model', ['model'], { fold: ['model'], unless: ['manufacturer'] }),
  ],
  fields: [
    reference('manufacturer', 'dcim.manufacturer', { required: true }),
    reference('default_platform', 'dcim.platform', { nullable: true }),
    text('model', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    text('part_number', { maxLength: 50 }),
    decimal('u_height', { min: 0, decimalPlaces: 1, netboxDefault: 1 }),
    boolean('exclude_from_utilization', { netboxDefault: false }),
    boolean('is_full_depth', { netboxDefault: true }),
    choice('subdevice_role', ['parent', 'child'], { nullable: true }),
    choice(
      'airflow',
      [
        'front-to-rear',
        'rear-to-front',
        'left-to-right',
        'right-to-left',
        'side-to-rear',
        'rear-to-side',
        'bottom-to-top',
        'top-to-bottom',
        'passive',
        'mixed',
      ],
      { nullable: true },
    ),
    decimal('weight', { nullable: true, decimalPlaces: 2 }),
    choice('weight_unit', ['kg', 'g', 'lb', 'oz'], { nullable: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
