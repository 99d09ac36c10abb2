-- no transaction
-- Why: so do the lists of each agent, and what is nobody's. It takes the place of conversation_assigned in 0085.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS conversation_open_assigned
    ON conversations (workspace_id, assignee_id, account_id, status, last_message_at DESC, id DESC) WHERE archived_at IS NULL;
