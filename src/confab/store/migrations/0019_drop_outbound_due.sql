-- no transaction
-- Why: each lane of what goes out has its range of outbound_lanes.
-- Locks: nothing. Duration on 10 M rows: a moment.
DROP INDEX CONCURRENTLY IF EXISTS outbound_due;
