-- Up Migration

-- How often a row was claimed: only one that was claimed before can have changes in the journal, so only for such is it asked.
ALTER TABLE work ADD COLUMN claims integer NOT NULL DEFAULT 0;

-- What a receipt says of a change: label, because, verdicts by field. NULL in rows of an older process.
ALTER TABLE open_changes ADD COLUMN told bytea;
ALTER TABLE changes ADD COLUMN told bytea;

-- Down Migration

ALTER TABLE changes DROP COLUMN told;
ALTER TABLE open_changes DROP COLUMN told;
ALTER TABLE work DROP COLUMN claims;
