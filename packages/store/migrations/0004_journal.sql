-- Up Migration

-- Changes recorded and not settled (I4). Narrow in time: a row lives as long as one request to NetBox.
CREATE TABLE open_changes (
  change_id uuid NOT NULL PRIMARY KEY,
  sync_id uuid NOT NULL,
  index integer NOT NULL,
  object_type text NOT NULL,
  canonical_key bytea NOT NULL,
  exclusion_key text NOT NULL,
  action text NOT NULL CHECK (action IN ('create', 'update')),
  netbox_id bigint,
  before bytea NOT NULL,
  after bytea NOT NULL,
  worker_id text NOT NULL,
  recorded_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX open_changes_entity ON open_changes (sync_id, index);
-- `exclusion_key` is the canonical key in a form that fits an index. Two workers never create the same object: who finds the row here waits.
CREATE UNIQUE INDEX open_changes_create ON open_changes (object_type, exclusion_key) WHERE action = 'create';

-- Changes settled: insert-only history.
CREATE TABLE changes (
  change_id uuid NOT NULL,
  sync_id uuid NOT NULL,
  index integer NOT NULL,
  object_type text NOT NULL,
  canonical_key bytea NOT NULL,
  action text NOT NULL CHECK (action IN ('create', 'update')),
  netbox_id bigint,
  before bytea NOT NULL,
  after bytea NOT NULL,
  worker_id text NOT NULL,
  recorded_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('applied', 'refused', 'not_sent')),
  request_id text,
  settled_at timestamptz NOT NULL,
  PRIMARY KEY (change_id)
) PARTITION BY RANGE (change_id);
CREATE TABLE changes_default PARTITION OF changes DEFAULT;
CREATE INDEX changes_object ON changes (object_type, netbox_id, change_id);
CREATE INDEX changes_entity ON changes (sync_id, index);

SELECT diode_make_partitions('changes', 'change_id', (now() AT TIME ZONE 'UTC')::date, 4);

-- Down Migration

DROP TABLE changes;
DROP TABLE open_changes;
