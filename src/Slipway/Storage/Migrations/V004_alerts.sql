CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  cause TEXT NOT NULL,
  severity TEXT NOT NULL,
  subject TEXT NOT NULL,
  what TEXT NOT NULL,
  what_to_do TEXT NOT NULL,
  proven_by_step TEXT,
  count BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  acknowledged_by TEXT,
  acknowledged_at BIGINT,
  resolved_at BIGINT
);

CREATE UNIQUE INDEX alerts_one_open_per_cause ON alerts (cause) WHERE resolved_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (first_at);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  due_at BIGINT,
  delivered_at BIGINT,
  error TEXT
);

CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE evidence (
  operation_id TEXT PRIMARY KEY REFERENCES operations (id),
  at BIGINT NOT NULL,
  text TEXT NOT NULL
);

CREATE INDEX timeline_durations ON timeline (step, at) WHERE duration_ms IS NOT NULL;
