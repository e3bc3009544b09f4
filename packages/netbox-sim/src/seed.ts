import type { Engine } from './engine.js';
import { newRow } from './write/new-row.js';

/** What every NetBox has from the start: its object types, a user `admin`, and here the one token accepted. */
export function seed(engine: Engine, token: string): void {
  engine.db.transaction(() => {
    const objectTypes = engine.tables.require('core.objecttype');
    for (const type of engine.tables.types) {
      const [app = '', model = ''] = type.model.split('.');
      engine.db.put(objectTypes.model, {
        ...newRow(objectTypes, engine.contentTypeId(type.model), engine.clock.now()),
        app_label: app,
        model,
        app_name: type.appVerbose,
        model_name: type.verbose,
        model_name_plural: type.verbosePlural,
        public: true,
        features: featuresOf(type.traits),
      });
    }
    const users = engine.tables.require('users.user');
    if (!engine.db.get(users.model, 1)) {
      engine.db.put(users.model, {
        ...newRow(users, 1, engine.clock.now()),
        username: 'admin',
        is_superuser: true,
        is_staff: true,
        is_active: true,
      });
    }
    const tokens = engine.tables.require('users.token');
    if (engine.db.get(tokens.model, 1)?.key !== token) {
      engine.db.put(tokens.model, {
        ...newRow(tokens, 1, engine.clock.now()),
        user: 1,
        key: token,
        write_enabled: true,
      });
    }
  });
}

/** NetBox's feature names from its mixins: `TagsMixin` → `tags`. */
const featuresOf = (traits: readonly string[]): string[] =>
  traits
    .filter((trait) => trait.endsWith('Mixin'))
    .map((trait) =>
      trait
        .replace(/Mixin$/, '')
        .replace(/(?<!^)([A-Z])/g, '_$1')
        .toLowerCase(),
    )
    .sort();
