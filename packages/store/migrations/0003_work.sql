-- Up Migration

-- Work waiting, and nothing else: its size is the backlog. `due_at` is the one clock of a row: when it may be claimed. A claim
-- moves it to the end of the lease, a park to the end of the delay, so rows that cannot be claimed are never scanned.
CREATE TABLE work (
  sync_id uuid NOT NULL,
  index integer NOT NULL,
  partition smallint NOT NULL,
  ordering_key bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'planning', 'retrying', 'waiting')),
  attempts integer NOT NULL,
  due_at timestamptz NOT NULL,
  claimed_by text,
  waiting_for text,
  last_error bytea,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (sync_id, index)
) WITH (
  -- Every row dies young: vacuum by count, not by share of a table that may have been large once.
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.2,
  autovacuum_analyze_scale_factor = 0.1,
  autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX work_due ON work (partition, due_at, sync_id, index);
CREATE INDEX work_order ON work (ordering_key, sync_id, index);
CREATE INDEX work_claimed ON work (ordering_key, due_at) WHERE claimed_by IS NOT NULL;

-- Answers to repeat for 24 h, by client and key.
CREATE TABLE idempotency_keys (
  client_id text NOT NULL,
  key text NOT NULL,
  sync_id uuid NOT NULL,
  body_hash text NOT NULL,
  answer bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (client_id, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- Down Migration

DROP TABLE idempotency_keys;
DROP TABLE work;
