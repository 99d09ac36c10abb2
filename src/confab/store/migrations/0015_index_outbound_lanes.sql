-- no transaction
-- Why: people go before schedules, schedules before rules; each claims one range of this index.
-- Locks: nothing. Duration on 10 M rows: one scan, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbound_lanes ON outbound_messages (lane, due_at) WHERE due_at IS NOT NULL;
