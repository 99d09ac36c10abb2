-- no transaction
-- Why: what is in the archive must not be in the way of what is not.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS message_open ON messages (workspace_id, conversation_id, sent_at DESC, id DESC) WHERE NOT is_archived;
