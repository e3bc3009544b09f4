import { expect, it } from 'vitest';
import { loadTables } from '../../src/tables/load-tables.js';
import { contract } from './contract.js';

const tables = loadTables();
/** Types whose POST asks for more than fields: their answers are not of this table. */
const special = new Set(['users.token', 'core.datasource']);

contract('every type', (netbox) => {
  it.each(tables.types.map((type) => [type.path, type] as const))(
    '%s is listed and asks for what it needs',
    async (path, type) => {
      const page = await netbox().get(`${path}?limit=1`);
      expect(Object.keys(page)).toEqual(['count', 'next', 'previous', 'results']);
      const reply = await netbox().send('POST', path, {});
      if (!type.methods.includes('post')) {
        expect(reply.status).toBe(405);
        return;
      }
      const required = type.fields.filter((field) => field.required && !field.readOnly).map((field) => field.name);
      if (required.length === 0 || special.has(type.model)) return;
      expect(reply.status).toBe(400);
      expect(reply.body).toEqual(
        Object.fromEntries(
          required.map((name) => [name, [name === 'image' ? 'No file was submitted.' : 'This field is required.']]),
        ),
      );
      const options = (await netbox().send('OPTIONS', path)).body as { actions: { POST: object } };
      expect(Object.keys(options.actions.POST)).toEqual(type.fields.map((field) => field.name));
    },
  );
});
