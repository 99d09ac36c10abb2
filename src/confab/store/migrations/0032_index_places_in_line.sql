-- no transaction
-- Why: how many wait to go out, and how many are before one of them, is read for each account: one range of this index. It replaces
--      outbound_queued (0033), which ordered a lane by the time at which somebody looks next; calls go in the order of their ids.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbound_line ON outbound_messages (workspace_id, account_id, lane, id)
    INCLUDE (kind, comment_id) WHERE state = 'queued';
