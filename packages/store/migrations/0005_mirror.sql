-- Up Migration

CREATE TABLE mirror (
  object_type text NOT NULL,
  netbox_id bigint NOT NULL,
  data bytea NOT NULL,
  url text NOT NULL,
  last_updated text,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (object_type, netbox_id)
);
CREATE INDEX mirror_age ON mirror (object_type, read_at);

-- One row for each look-up key an object answers to.
CREATE TABLE mirror_keys (
  object_type text NOT NULL,
  key text NOT NULL,
  netbox_id bigint NOT NULL,
  PRIMARY KEY (object_type, key, netbox_id)
);
CREATE INDEX mirror_keys_object ON mirror_keys (object_type, netbox_id);

-- Names Diode remembers for an object. Not a cache: NetBox does not know them.
CREATE TABLE aliases (
  object_type text NOT NULL,
  alias text NOT NULL,
  netbox_id bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (object_type, alias)
);

-- Down Migration

DROP TABLE aliases;
DROP TABLE mirror_keys;
DROP TABLE mirror;
