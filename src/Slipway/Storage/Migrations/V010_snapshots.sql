-- compatible-with: 6
-- Copies of machines' disks at Hetzner, each written before it is asked for. A build that knows none holds them in quarantine, and leaves them behind
-- when it destroys their agent. So: for a rolling restart, not for good.
CREATE TABLE snapshots (
  operation_id TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  image_id BIGINT UNIQUE,
  -- creating or available.
  status TEXT NOT NULL,
  description TEXT NOT NULL,
  -- 1 if it outlives its agent.
  kept BIGINT NOT NULL,
  size_mb BIGINT,
  created_at BIGINT NOT NULL
);

CREATE INDEX snapshots_by_subject ON snapshots (subject);

-- The server type somebody chose instead of the blueprint's; it outlives the server.
ALTER TABLE machines ADD COLUMN resized_to TEXT;
