-- Up Migration

-- JSON is stored as bytes everywhere: jsonb refuses \u0000, and nobody queries inside it.
CREATE TABLE syncs (
  sync_id uuid NOT NULL,
  source text NOT NULL,
  client_id text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('http', 'grpc')),
  dry_run boolean NOT NULL,
  accepted integer NOT NULL,
  refused integer NOT NULL,
  errors bytea,
  notes bytea,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (sync_id)
) PARTITION BY RANGE (sync_id);
CREATE TABLE syncs_default PARTITION OF syncs DEFAULT;

CREATE TABLE entities (
  sync_id uuid NOT NULL,
  index integer NOT NULL,
  object_type text NOT NULL,
  data bytea NOT NULL,
  observed_at timestamptz NOT NULL,
  PRIMARY KEY (sync_id, index)
) PARTITION BY RANGE (sync_id);
CREATE TABLE entities_default PARTITION OF entities DEFAULT;

-- `detail` null: the verdicts of an unchanged entity are rebuilt on demand.
CREATE TABLE receipts (
  sync_id uuid NOT NULL,
  index integer NOT NULL,
  state text NOT NULL CHECK (state IN ('applied', 'unchanged', 'held', 'rejected', 'failed')),
  object_type text NOT NULL,
  key text NOT NULL,
  action text CHECK (action IN ('create', 'update', 'delete', 'noop')),
  netbox_id bigint,
  netbox_url text,
  detail bytea,
  attempts integer NOT NULL,
  planned_at timestamptz,
  applied_at timestamptz,
  finished_at timestamptz NOT NULL,
  PRIMARY KEY (sync_id, index)
) PARTITION BY RANGE (sync_id);
CREATE TABLE receipts_default PARTITION OF receipts DEFAULT;

SELECT diode_make_partitions(history, 'sync_id', (now() AT TIME ZONE 'UTC')::date, 4)
FROM unnest(ARRAY['syncs', 'entities', 'receipts']::regclass[]) AS history;

-- Down Migration

DROP TABLE receipts;
DROP TABLE entities;
DROP TABLE syncs;
