-- compatible-with: 6
-- What a workflow run at GitHub is to make, one row for each dispatch.
CREATE TABLE workflow_jobs (
  id TEXT PRIMARY KEY,
  operation_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  number BIGINT NOT NULL,
  status TEXT NOT NULL,
  -- After this attempt of the step it was certain that nothing had been sent.
  unsent_attempt BIGINT,
  run_id BIGINT,
  auth_key_id TEXT,
  server_id BIGINT,
  failed_step TEXT,
  error TEXT,
  created_at BIGINT NOT NULL,
  claimed_at BIGINT,
  ordered_at BIGINT,
  updated_at BIGINT NOT NULL,
  UNIQUE (operation_id, number)
);

-- What runs have said: nothing counts twice.
CREATE TABLE workflow_deliveries (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

CREATE INDEX workflow_deliveries_by_time ON workflow_deliveries (at);
