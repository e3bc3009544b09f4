-- Up Migration

CREATE TABLE settings (
  name text NOT NULL PRIMARY KEY,
  value bytea NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Down Migration

DROP TABLE settings;
