-- Why: an event whose message never came, and the names of deliveries that are no longer kept, were never forgotten.
-- Locks: both tables against writing. Duration on 10 M rows: ten seconds.
CREATE INDEX parked_events_old ON parked_events (parked_at);
CREATE INDEX message_sources_old ON message_sources (delivery_id);
