-- compatible-with: 6
-- A build that knows no looks goes on acting by events alone, and looks again at nothing; whoever knows them looks at what it bound, because of looked_at.
-- A look that such a node has claimed waits until the node leaves. So: for a rolling restart, not for good.
ALTER TABLE subscriptions ADD COLUMN stripe_status TEXT;
ALTER TABLE subscriptions ADD COLUMN wanted TEXT;
ALTER TABLE subscriptions ADD COLUMN notice TEXT;
-- How often something was said to have happened, and how much of that a look has covered.
ALTER TABLE subscriptions ADD COLUMN hints BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN hints_seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN looked_at BIGINT;
-- When to look although nothing was said; null if nothing can change by itself.
ALTER TABLE subscriptions ADD COLUMN look_at BIGINT;
-- 1 while its agent is stopped because of it, and not because somebody asked.
ALTER TABLE subscriptions ADD COLUMN suspended BIGINT NOT NULL DEFAULT 0;

CREATE INDEX subscriptions_due ON subscriptions (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX subscriptions_unseen ON subscriptions (id) WHERE looked_at IS NULL;

-- An order a customer placed on the server's own page: at most one Checkout session each, and erased if that is never paid in.
CREATE TABLE checkouts (
  agent_id TEXT PRIMARY KEY REFERENCES agents (id),
  -- Of the form it came with: sent in twice, it is one order.
  form_hash TEXT NOT NULL UNIQUE,
  price TEXT NOT NULL,
  session TEXT UNIQUE,
  -- open, paid or erased.
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX checkouts_open ON checkouts (created_at) WHERE status = 'open';
