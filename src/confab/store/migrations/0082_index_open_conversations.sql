-- no transaction
-- Why: the list reads only what is not in the archive. It takes the place of conversation_list in 0085.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS conversation_open ON conversations (workspace_id, account_id, status, last_message_at DESC, id DESC)
    WHERE archived_at IS NULL;
