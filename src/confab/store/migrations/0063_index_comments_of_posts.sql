-- no transaction
-- Why: the comments of a post, for its list and to know what Instagram changed.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS comment_post ON comments (workspace_id, account_id, media_ig_id, created_at DESC, id DESC) WHERE NOT is_archived;
