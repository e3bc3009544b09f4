import type { TablesFile } from '../src/tables/table-shapes.js';

/** JSON with one line a field, column and filter, so that a change of NetBox reads as a diff. */
export function renderTables(tables: TablesFile): string {
  const types = tables.types.map((type) => {
    const lines = Object.entries(type).map(([key, value]) => {
      if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
        return `"${key}": [\n${value.map((item) => JSON.stringify(item)).join(',\n')}]`;
      }
      if (key === 'columns' || key === 'filters') {
        const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${JSON.stringify(item)}`);
        return `"${key}": {\n${entries.join(',\n')}}`;
      }
      return `"${key}": ${JSON.stringify(value)}`;
    });
    return `{${lines.join(',\n')}}`;
  });
  return `{"netbox": ${JSON.stringify(tables.netbox)},\n"types": [\n${types.join(',\n')}\n]}\n`;
}
