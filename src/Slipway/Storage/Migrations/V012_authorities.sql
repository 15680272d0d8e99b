-- compatible-with: 6
-- A build that knows no rotation goes on with the first authority, which is what its machines get; so rotate once all servers know this.
-- The SSH authorities machines are told to trust. A private key is a secret, and is gone once its authority is dropped.
CREATE TABLE ssh_authorities (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  dropped_at BIGINT
);

-- Which of them a machine trusts, for the life that its operation began; without a row it is the first. A life may be
-- taken up again after the next did not begin, so rows of former ones stay until the machine is made from nothing.
CREATE TABLE machine_authorities (
  subject TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  -- Numbers, ascending, separated by commas.
  trusted TEXT NOT NULL,
  -- Nobody else brings it others before this.
  due_at BIGINT NOT NULL,
  error TEXT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (subject, operation_id)
);
