-- no transaction
-- Why: what went out in an hour is one range; what Instagram sent lies by its time already, because its id begins with it.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS message_answered ON messages (workspace_id, sent_at) WHERE client_key IS NOT NULL;
