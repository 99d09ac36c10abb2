-- no transaction
-- Why: what a person wrote under posts, beside their messages.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS comment_author ON comments (workspace_id, account_id, author_ig_id, created_at DESC, id DESC) WHERE author_ig_id IS NOT NULL;
