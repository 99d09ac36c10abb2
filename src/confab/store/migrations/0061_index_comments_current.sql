-- no transaction
-- Why: the list of comments reads only what is not archived.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS comment_current ON comments (workspace_id, account_id, created_at DESC, id DESC) WHERE NOT is_archived;
