-- no transaction
-- Why: what was written together is found by its first call, also when months lie between.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbound_batch ON outbound_messages (workspace_id, batch_id, id) WHERE batch_id IS NOT NULL;
