-- What nodes share of the Hetzner project: its request budget, and the waiting for its actions.
CREATE TABLE request_budget (
  id TEXT PRIMARY KEY,
  tokens DOUBLE PRECISION NOT NULL,
  per_hour INTEGER NOT NULL,
  as_of BIGINT NOT NULL
);

CREATE TABLE request_shares (
  node TEXT PRIMARY KEY,
  held INTEGER NOT NULL,
  destroys INTEGER NOT NULL,
  creates INTEGER NOT NULL,
  reads INTEGER NOT NULL,
  lists INTEGER NOT NULL,
  seen_at BIGINT NOT NULL,
  seen_before BIGINT NOT NULL,
  spendable INTEGER NOT NULL
);

CREATE TABLE action_waits (
  action_id BIGINT NOT NULL,
  operation_id TEXT NOT NULL,
  outcome TEXT,
  PRIMARY KEY (action_id, operation_id)
);

CREATE TABLE duties (
  name TEXT PRIMARY KEY,
  node TEXT NOT NULL
);
