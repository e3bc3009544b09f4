import { idsOf, textOf } from '../store/row.js';
import { wrong, wrongObject } from '../write/refusal.js';
import type { CleanContext, Rule } from './rules.js';

function location({ engine, type, row }: CleanContext): undefined {
  const parent = engine.related(type, row, 'parent');
  if (parent && parent.site !== row.site) {
    const site = engine.related(type, row, 'site');
    throw wrongObject(`Parent location (${parent.name}) must belong to the same site (${site?.name}).`);
  }
}

function rack({ engine, type, row }: CleanContext): undefined {
  const location = engine.related(type, row, 'location');
  if (location && location.site !== row.site) {
    throw wrongObject(`Assigned location must belong to parent site (${engine.related(type, row, 'site')?.name}).`);
  }
  dimensions(row);
}

function dimensions(row: CleanContext['row']): undefined {
  if ((row.outer_width || row.outer_depth || row.outer_height) && !row.outer_unit) {
    throw wrongObject('Must specify a unit when setting an outer dimension');
  }
  if (row.max_weight && !row.weight_unit) throw wrongObject('Must specify a unit when setting a maximum weight');
}

function reservation({ engine, type, row }: CleanContext): undefined {
  const rack = engine.related(type, row, 'rack');
  if (!rack) return;
  const [first, height] = [Number(rack.starting_unit ?? 1), Number(rack.u_height ?? 42)];
  const units = idsOf(row.units);
  const outside = units.filter((unit) => unit < first || unit >= first + height);
  if (outside.length > 0) throw wrong('units', `Invalid unit(s) for ${height}U rack: ${outside.join(', ')}`);
  const held = new Set(
    [...engine.db.table(type.model).where('rack', rack.id)]
      .filter((id) => id !== row.id)
      .flatMap((id) => idsOf(engine.row(type.model, id)?.units)),
  );
  const taken = units.filter((unit) => held.has(unit));
  if (taken.length > 0) throw wrong('units', `The following units have already been reserved: ${taken.join(', ')}`);
}

function circuit({ engine, type, row }: CleanContext): undefined {
  const account = engine.related(type, row, 'provider_account');
  if (account && account.provider !== row.provider) {
    throw wrong('provider_account', 'The assigned account must belong to the assigned provider.');
  }
}

function contactAssignment({ engine, row }: CleanContext): undefined {
  const target = engine.tables.byModel(textOf(row.object_type));
  if (target && !target.traits.includes('ContactsMixin')) {
    throw wrongObject(`Contacts cannot be assigned to this object type (${target.appVerbose} | ${target.verbose}).`);
  }
}

export const placeRules: Readonly<Record<string, Rule>> = {
  'dcim.location': { clean: location },
  'dcim.rack': { clean: rack },
  'dcim.racktype': { clean: ({ row }) => dimensions(row) },
  'dcim.rackreservation': { clean: reservation },
  'circuits.circuit': { clean: circuit },
  'tenancy.contactassignment': { clean: contactAssignment },
};
