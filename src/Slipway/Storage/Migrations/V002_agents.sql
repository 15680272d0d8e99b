CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE blueprints (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  yaml TEXT NOT NULL,
  parameters TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE secrets (
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  ciphertext TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (owner, name)
);

CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  name TEXT,
  blueprint_name TEXT NOT NULL,
  blueprint_digest TEXT NOT NULL REFERENCES blueprints (digest),
  location TEXT,
  status TEXT NOT NULL,
  wanted TEXT NOT NULL,
  operation_id TEXT,
  error TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX agents_by_creation ON agents (created_at);

CREATE TABLE stripe_events (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  received_at BIGINT NOT NULL
);

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  agent_id TEXT UNIQUE REFERENCES agents (id),
  customer TEXT,
  status TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT
);

CREATE INDEX audit_by_target ON audit (target, at);
