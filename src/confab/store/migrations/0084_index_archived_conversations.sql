-- no transaction
-- Why: the archive is a list too.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS conversation_archived ON conversations (workspace_id, account_id, status, last_message_at DESC, id DESC)
    WHERE archived_at IS NOT NULL;
