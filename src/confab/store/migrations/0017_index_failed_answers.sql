-- no transaction
-- Why: what failed or is in doubt is read newest first, one range of this index.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbound_troubled ON outbound_messages (workspace_id, id DESC)
    WHERE state IN ('failed', 'in_doubt');
