-- no transaction
-- Why: a comment is answered in private once, ever.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS outbound_private_reply ON outbound_messages (workspace_id, comment_id)
    WHERE comment_id IS NOT NULL AND state NOT IN ('failed', 'discarded');
