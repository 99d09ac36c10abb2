-- Why: what the doctor found is kept for each team, so that it is there at once and what turned red is told; a row is due once a
-- day. How many deliveries were kept and how many were refused for their signature is counted by the hour.
-- Locks: workspaces for a moment. Duration: a moment.
CREATE TABLE checkups (
    workspace_id uuid NOT NULL PRIMARY KEY REFERENCES workspaces,
    findings jsonb NOT NULL DEFAULT '[]',
    red integer NOT NULL DEFAULT 0,
    amber integer NOT NULL DEFAULT 0,
    unknown integer NOT NULL DEFAULT 0,
    turned_red text[] NOT NULL DEFAULT '{}',
    looked_at timestamptz,
    asked_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text
);
COMMENT ON TABLE checkups IS 'What the doctor found when it last looked at a team''s accounts and at the installation.';
COMMENT ON COLUMN checkups.turned_red IS 'What became red at the last look, in words.';
COMMENT ON COLUMN checkups.asked_at IS 'Since when somebody waits for another look; NULL: nobody does.';
CREATE INDEX checkups_due ON checkups (due_at);
ALTER TABLE checkups ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkups FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON checkups TO confab_app
    USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()));
CREATE POLICY all_workspaces ON checkups TO confab_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON checkups TO confab_worker;
GRANT SELECT, INSERT, UPDATE ON checkups TO confab_app;

-- The owner is under row-level security too.
ALTER TABLE workspaces NO FORCE ROW LEVEL SECURITY;
ALTER TABLE checkups NO FORCE ROW LEVEL SECURITY;
INSERT INTO checkups (workspace_id, due_at) SELECT workspace_id, clock_timestamp() FROM workspaces;
ALTER TABLE checkups FORCE ROW LEVEL SECURITY;
ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;

-- The installation's: what came to the webhook's door.
CREATE TABLE webhook_tallies (
    on_hour timestamptz NOT NULL PRIMARY KEY,
    kept bigint NOT NULL,
    unsigned bigint NOT NULL
);
COMMENT ON TABLE webhook_tallies IS 'Deliveries that were kept, and those that were refused because their signature is missing or wrong.';
GRANT SELECT, INSERT, UPDATE ON webhook_tallies TO confab_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_tallies TO confab_worker;

GRANT SELECT ON schema_migrations TO confab_worker;

CREATE OR REPLACE FUNCTION dead_rows() RETURNS TABLE (kind text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$
    SELECT 'deliveries', count(*) FROM delivery_queue WHERE due_at = 'infinity'
    UNION ALL SELECT 'parts', count(*) FROM delivery_parts WHERE due_at = 'infinity' AND state = 'stored'
    UNION ALL SELECT 'outbound', count(*) FROM outbound_messages WHERE due_at = 'infinity' AND lane = 0
    UNION ALL SELECT 'outbound_scheduled', count(*) FROM outbound_messages WHERE due_at = 'infinity' AND lane = 1
    UNION ALL SELECT 'outbound_automated', count(*) FROM outbound_messages WHERE due_at = 'infinity' AND lane = 2
    UNION ALL SELECT 'profiles', count(*) FROM profile_fetches WHERE due_at = 'infinity' AND state = 'due' AND NOT is_refresh
    UNION ALL SELECT 'refreshes', count(*) FROM profile_fetches WHERE due_at = 'infinity' AND state = 'due' AND is_refresh
    UNION ALL SELECT 'media', count(*) FROM media_fetches WHERE due_at = 'infinity' AND position >= 0
    UNION ALL SELECT 'avatars', count(*) FROM media_fetches WHERE due_at = 'infinity' AND position < 0
    UNION ALL SELECT 'turns', count(*) FROM media_turns WHERE due_at = 'infinity'
    UNION ALL SELECT 'removals', count(*) FROM media_removals WHERE due_at = 'infinity'
    UNION ALL SELECT 'hints', count(*) FROM message_hints WHERE due_at = 'infinity'
    UNION ALL SELECT 'erasures', count(*) FROM erasures WHERE due_at = 'infinity'
    UNION ALL SELECT 'earlier', count(*) FROM earlier_fetches WHERE due_at = 'infinity'
    UNION ALL SELECT 'runs', count(*) FROM runs WHERE due_at = 'infinity' AND state IN ('waiting', 'running')
    UNION ALL SELECT 'watches', count(*) FROM account_watches WHERE due_at = 'infinity'
    UNION ALL SELECT 'snoozes', count(*) FROM snoozes WHERE due_at = 'infinity'
    UNION ALL SELECT 'welcomes', count(*) FROM welcomes WHERE due_at = 'infinity'
    UNION ALL SELECT 'mails', count(*) FROM mails WHERE due_at = 'infinity'
    UNION ALL SELECT 'library', count(*) FROM library_queue WHERE due_at = 'infinity'
    UNION ALL SELECT 'library_events', count(*) FROM library_events WHERE due_at = 'infinity'
    UNION ALL SELECT 'tokens', count(*) FROM integrations WHERE due_at = 'infinity'
    UNION ALL SELECT 'checkups', count(*) FROM checkups WHERE due_at = 'infinity'
    UNION ALL SELECT 'insights', count(*) FROM insight_watches WHERE due_at = 'infinity'
    UNION ALL SELECT 'numbers', count(*) FROM own_counts WHERE due_at = 'infinity'
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
