-- no transaction
-- Why: what is scheduled or held for review is read in the order of its time, one range of this index.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbound_scheduled ON outbound_messages (workspace_id, release_at, id)
    WHERE state IN ('scheduled', 'held');
