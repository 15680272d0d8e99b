-- compatible-with: 6
-- The version that an agent's update under way brings.
ALTER TABLE agents ADD COLUMN update_digest TEXT;

-- One version of a blueprint on its way to the agents that run another.
CREATE TABLE rollouts (
  id TEXT PRIMARY KEY,
  blueprint_name TEXT NOT NULL,
  blueprint_digest TEXT NOT NULL REFERENCES blueprints (digest),
  at_once BIGINT NOT NULL,
  status TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  error TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);

CREATE UNIQUE INDEX rollouts_by_operation ON rollouts (operation_id);
CREATE INDEX rollouts_by_creation ON rollouts (created_at);

CREATE TABLE rollout_agents (
  rollout_id TEXT NOT NULL REFERENCES rollouts (id),
  agent_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  from_digest TEXT NOT NULL,
  status TEXT NOT NULL,
  operation_id TEXT,
  note TEXT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (rollout_id, agent_id)
);

CREATE INDEX rollout_agents_by_agent ON rollout_agents (agent_id);
