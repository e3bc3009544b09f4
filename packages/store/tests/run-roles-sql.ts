import { readFile } from 'node:fs/promises';
import pg from 'pg';

export interface Roles {
  readonly migrateRole: string;
  readonly migratePassword: string;
  readonly role: string;
  readonly password: string;
}

/**
 * Runs `sql/roles.sql` as psql would with every variable given: lines that begin with a backslash only fill in defaults then, and `:'name'` is a quoted
 * literal. Not every machine that runs the tests has a psql.
 */
export async function runRolesSql(databaseUrl: string, roles: Roles): Promise<void> {
  const file = await readFile(new URL('../sql/roles.sql', import.meta.url), 'utf8');
  const values: Readonly<Record<string, string>> = {
    diode_migrate_role: roles.migrateRole,
    diode_migrate_password: roles.migratePassword,
    diode_role: roles.role,
    diode_password: roles.password,
  };
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const text = file
      .replace(/^\\.*$/gm, '')
      .replace(/:'(\w+)'/g, (_, name: string) => client.escapeLiteral(values[name]!));
    await client.query(text);
  } finally {
    await client.end();
  }
}
