-- no transaction
-- Why: each hour finds the copies of pictures that are too old to be kept.
-- Locks: participants against changes of its shape alone. Duration on 10 M rows: one scan and a sort, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS participants_avatar_kept ON participants (avatar_kept_at) WHERE avatar_digest IS NOT NULL;
