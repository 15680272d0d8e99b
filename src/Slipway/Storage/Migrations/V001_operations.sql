CREATE TABLE operations (
  id TEXT PRIMARY KEY,
  plan TEXT NOT NULL,
  subject TEXT NOT NULL,
  step TEXT NOT NULL,
  direction TEXT NOT NULL,
  state TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  due_at BIGINT,
  lease_until BIGINT,
  epoch BIGINT NOT NULL,
  wakes BIGINT NOT NULL,
  deadline_at BIGINT NOT NULL,
  waiting_for TEXT,
  cancel_reason TEXT,
  error TEXT,
  result TEXT,
  created_at BIGINT NOT NULL,
  step_started_at BIGINT NOT NULL,
  finished_at BIGINT
);

CREATE UNIQUE INDEX operations_one_per_subject ON operations (subject) WHERE result IS NULL;
CREATE INDEX operations_due ON operations (due_at) WHERE result IS NULL;
CREATE INDEX operations_of_subject ON operations (subject, created_at);

CREATE TABLE timeline (
  operation_id TEXT NOT NULL REFERENCES operations (id),
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  step TEXT NOT NULL,
  kind TEXT NOT NULL,
  message TEXT,
  duration_ms BIGINT,
  PRIMARY KEY (operation_id, sequence)
);
