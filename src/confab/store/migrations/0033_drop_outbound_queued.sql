-- no transaction
-- Why: outbound_line tells what it told, and does not move when the time of a call's next look does.
-- Locks: nothing. Duration on 10 M rows: a moment.
DROP INDEX CONCURRENTLY IF EXISTS outbound_queued;
