-- no transaction
-- Why: our own services name a profile by its Instagram id alone.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS participants_igsid ON participants (igsid);
