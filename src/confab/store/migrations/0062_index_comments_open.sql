-- no transaction
-- Why: what nobody has dealt with is a small part of all comments, and read most.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS comment_open ON comments (workspace_id, account_id, created_at DESC, id DESC) INCLUDE (media_ig_id)
    WHERE done_at IS NULL AND deleted_at IS NULL AND NOT is_own AND NOT is_archived;
