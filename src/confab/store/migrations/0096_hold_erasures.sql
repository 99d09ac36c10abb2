-- Why: what somebody holds is not erased until the hold ends, and whoever asked for the erasure can see that it waits.
-- Locks: meta_requests for a moment. Duration: a moment.
ALTER TABLE meta_requests ADD COLUMN held_at timestamptz;
COMMENT ON COLUMN meta_requests.held_at IS 'Since when it waits for a hold to end; NULL: for none.';
GRANT SELECT (held_at) ON meta_requests TO confab_app;
