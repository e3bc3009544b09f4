import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { breakingStatements } from '../tests/breaking-statements.js';

const FOLDER = new URL('../migrations/', import.meta.url);
/** Before it there was no older version to spare. */
const LAST_OF_THE_FIRST_VERSION = '0007';

const files = readdirSync(FOLDER).sort();
const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');

describe('a migration', () => {
  it('is numbered without a gap', () => {
    expect(files.map((file) => file.slice(0, 4))).toEqual(files.map((_, i) => String(i + 1).padStart(4, '0')));
  });

  it.each(files)('%s has a way down', (file) => {
    expect(
      textOf(file)
        .split(/^-- Down Migration$/m)[1]
        ?.trim(),
    ).toMatch(/;$/);
  });

  it.each(files.filter((file) => file.slice(0, 4) > LAST_OF_THE_FIRST_VERSION))(
    '%s lets a service of the version before run on',
    (file) => {
      expect(breakingStatements(textOf(file))).toEqual([]);
    },
  );
});

describe('what would break an older service is found', () => {
  it.each([
    'ALTER TABLE work DROP COLUMN claims;',
    'ALTER TABLE work DROP claims;',
    'drop table work;',
    'DROP FUNCTION diode_uuid_floor(timestamptz);',
    'ALTER TABLE work RENAME TO jobs;',
    'ALTER TABLE work RENAME COLUMN claims TO c;',
    'ALTER TABLE work ALTER COLUMN claims TYPE bigint;',
    'ALTER TABLE work ALTER claims SET DATA TYPE bigint;',
    'ALTER TABLE work ALTER COLUMN waiting_for SET NOT NULL;',
    'ALTER TABLE work ADD COLUMN a int NOT NULL;',
    'ALTER TABLE work ADD a int NOT NULL, ADD COLUMN b int DEFAULT 1;',
    'TRUNCATE mirror;',
  ])('%s', (statement) => {
    expect(breakingStatements(`-- Up Migration\n${statement}\n-- Down Migration\n`)).not.toEqual([]);
    const declared = `-- contract: drops what version 0.2 no longer reads\n-- Up Migration\n${statement}\n`;
    expect(breakingStatements(declared)).toEqual([]);
  });

  it.each([
    'ALTER TABLE work ADD COLUMN a int NOT NULL DEFAULT 0;',
    'ALTER TABLE work ADD COLUMN a int;',
    'ALTER TABLE work ALTER COLUMN waiting_for DROP NOT NULL;',
    'DROP INDEX work_order;',
    'ALTER TABLE work DROP CONSTRAINT work_state_check;',
    'CREATE TABLE t (a int NOT NULL);',
    '-- DROP TABLE work;',
    'DO $$ BEGIN EXECUTE $q$DROP TABLE x$q$; END $$;',
  ])('and nothing else: %s', (statement) => {
    expect(breakingStatements(`-- Up Migration\n${statement}\n-- Down Migration\nDROP TABLE work;\n`)).toEqual([]);
  });
});
