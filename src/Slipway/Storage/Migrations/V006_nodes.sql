-- compatible-with: 4
-- What a script says of the builds that may go on while it is in place; see Migrator.
ALTER TABLE schema_versions ADD COLUMN compatible_with BIGINT;

-- Which node carries an operation: set by the claim, kept while it is held in memory.
ALTER TABLE operations ADD COLUMN lease_by TEXT;
CREATE INDEX operations_by_node ON operations (lease_by) WHERE result IS NULL AND lease_by IS NOT NULL;

-- The nodes on this database. Others watch beats for change, each on its own clock: no two clocks are ever compared.
CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  process TEXT NOT NULL,
  beats BIGINT NOT NULL,
  joined_at BIGINT NOT NULL
);
