CREATE INDEX alerts_resolved ON alerts (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX outbox_done ON outbox (created_at) WHERE due_at IS NULL;

-- One row: whose round it is, and when the next is due.
CREATE TABLE reconcile (
  id BIGINT PRIMARY KEY,
  due_at BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL,
  round BIGINT NOT NULL
);

INSERT INTO reconcile (id, due_at, claimed_until, round) VALUES (1, 0, 0, 0);

-- Outside resources of ours that nothing here knows.
CREATE TABLE quarantine (
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  name TEXT NOT NULL,
  since BIGINT NOT NULL,
  first_round BIGINT NOT NULL,
  removed_at BIGINT,
  PRIMARY KEY (kind, resource_id)
);

-- Machines that are not as their row says.
CREATE TABLE drifts (
  subject TEXT PRIMARY KEY,
  kinds TEXT NOT NULL,
  since BIGINT NOT NULL,
  first_round BIGINT NOT NULL,
  operation_id TEXT,
  repaired_at BIGINT
);
