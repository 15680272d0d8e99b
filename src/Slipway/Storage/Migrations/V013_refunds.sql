-- compatible-with: 6
-- A build that knows no refunds gives money back as it did: once for each payment, because Stripe gives none back twice.
-- When an agent was given up for good, by Stripe's clock: what is paid after it was paid for nothing.
ALTER TABLE subscriptions ADD COLUMN given_up_at BIGINT;

-- The dispute about one of its payments that is not decided for us; its agent is stopped meanwhile.
ALTER TABLE subscriptions ADD COLUMN dispute TEXT;

-- What was, or is to be, given back.
CREATE TABLE refunds (
  invoice TEXT PRIMARY KEY,
  subscription_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  -- How often Stripe refused for certain: it repeats a refusal for a day to whoever asks again in the same words.
  refusals BIGINT NOT NULL,
  done_at BIGINT
);

-- Which of a customer's links is good: an operator who gives out a new one makes those before it worthless.
ALTER TABLE checkouts ADD COLUMN link_version BIGINT NOT NULL DEFAULT 0;
