-- no transaction
-- Why: a reply is written once for its key.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS comment_client_key ON comments (workspace_id, client_key) WHERE client_key IS NOT NULL;
