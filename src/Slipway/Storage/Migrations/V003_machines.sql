CREATE TABLE machines (
  subject TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  blueprint_digest TEXT NOT NULL REFERENCES blueprints (digest),
  operation_id TEXT NOT NULL,
  server_id BIGINT,
  server_type TEXT,
  location TEXT,
  ipv4 TEXT,
  ipv6 TEXT,
  host_key TEXT,
  boot_token_hash TEXT,
  boot_status TEXT,
  boot_message TEXT,
  auth_key_id TEXT,
  tailscale_node_id TEXT,
  tailscale_ip TEXT,
  tailscale_hostname TEXT,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  stopped_at BIGINT,
  updated_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX machines_by_boot_token ON machines (boot_token_hash);
