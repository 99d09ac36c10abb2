-- no transaction
-- Why: the answers under a comment.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS comment_replies ON comments (workspace_id, account_id, parent_ig_id, created_at) WHERE parent_ig_id IS NOT NULL;
