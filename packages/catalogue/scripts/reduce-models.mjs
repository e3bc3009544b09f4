// Makes data/netbox-models.json from introspections of NetBox (one JSON list of endpoints a version):
//   node scripts/reduce-models.mjs 4.4.10=netbox-models-4.4.10.json 4.6.8=netbox-models-4.6.8.json
import { readFileSync, writeFileSync } from 'node:fs';

const FACTS = [
  'cls',
  'required',
  'null',
  'blank',
  'max_length',
  'min_value',
  'max_value',
  'decimal_places',
  'choices',
  'nested',
  'rel',
];
const target = new URL('../data/netbox-models.json', import.meta.url);
const types = Object.values(JSON.parse(readFileSync(target, 'utf8')))[0];
const reduced = {};
for (const argument of process.argv.slice(2)) {
  const [version, file] = argument.split('=');
  const endpoints = new Map(JSON.parse(readFileSync(file, 'utf8')).map((one) => [one.path, one]));
  reduced[version] = Object.fromEntries(
    Object.entries(types).map(([type, { path }]) => [type, reduce(path, endpoints.get(path))]),
  );
}
writeFileSync(target, JSON.stringify(reduced));

function reduce(path, endpoint) {
  const fields = Object.entries(endpoint.fields)
    .filter(([, field]) => !field.ro)
    .map(([name, field]) => [
      name,
      Object.fromEntries(FACTS.flatMap((key) => ((field[key] ?? null) === null ? [] : [[key, field[key]]]))),
    ]);
  return {
    path,
    fields: Object.fromEntries(fields),
    unique_fields: endpoint.unique_fields,
    constraints: endpoint.constraints.map(({ fields, expr, cond }) => ({ fields, expr, cond })),
    generic: endpoint.gfk,
  };
}
