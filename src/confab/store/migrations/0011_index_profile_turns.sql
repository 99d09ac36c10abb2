-- no transaction
-- Why: each night finds those whose profiles are the oldest.
-- Locks: participants against changes of its shape alone. Duration on 10 M rows: one scan and a sort, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS participants_turn ON participants (profile_turn_at, workspace_id, id);
