-- no transaction
-- Why: how many wait to go out, and for how long, is read for each account: one range of this index.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbound_queued ON outbound_messages (workspace_id, account_id, lane, due_at)
    WHERE state = 'queued';
