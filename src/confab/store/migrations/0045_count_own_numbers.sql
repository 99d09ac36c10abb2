-- Why: how a team answers (messages, times, windows missed) is counted ahead by quarter-hours, so that a year reads as quickly as a day.
-- Locks: nothing. Duration: a moment; what lies behind is counted afterwards, by the worker.

-- Whoever closes a conversation settles it; opening it again by hand takes that back, and the row goes.
CREATE TABLE closings (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    conversation_id uuid NOT NULL,
    closed_at timestamptz NOT NULL,
    account_id uuid NOT NULL,
    agent_id uuid,
    PRIMARY KEY (workspace_id, conversation_id, closed_at),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX closing_times ON closings (workspace_id, closed_at);

CREATE TABLE own_numbers (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    account_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    at timestamptz NOT NULL,
    received integer NOT NULL,
    sent integer NOT NULL,
    automatic integer NOT NULL,
    responses integer NOT NULL,
    response_s bigint NOT NULL,
    response_times integer[] NOT NULL,
    resolutions integer NOT NULL,
    resolution_s bigint NOT NULL,
    resolution_times integer[] NOT NULL,
    windows_missed integer NOT NULL,
    PRIMARY KEY (workspace_id, account_id, agent_id, at)
);
CREATE INDEX own_numbers_at ON own_numbers (workspace_id, at);
COMMENT ON TABLE own_numbers IS 'What happened in a quarter-hour that begins at `at`; made from messages and closings, and made anew whenever these change.';
COMMENT ON COLUMN own_numbers.account_id IS 'All zeros: of all accounts.';
COMMENT ON COLUMN own_numbers.agent_id IS 'All zeros: of everybody, and of nobody.';
COMMENT ON COLUMN own_numbers.response_times IS 'How many responses took how long, by the bounds in store/own_numbers.py; empty: there were none.';

-- Up to where a workspace is counted: a due row of each.
CREATE TABLE own_counts (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    seq bigint,
    counted_up_to timestamptz
);
CREATE INDEX own_counts_due ON own_counts (due_at);
INSERT INTO own_counts (workspace_id, due_at) SELECT DISTINCT workspace_id, '2010-01-01'::timestamptz FROM accounts;
COMMENT ON COLUMN own_counts.seq IS 'Up to where the change feed has been followed; NULL: count everything, from the first message on.';

CREATE TABLE stale_hours (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    hour timestamptz NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (workspace_id, hour, id)
);
COMMENT ON TABLE stale_hours IS 'Hours that have changed since they were counted. Each mark is a row of its own: who marks an hour and who counts it never wait for each other, and no mark is taken before it is committed.';

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['closings', 'own_numbers', 'own_counts', 'stale_hours'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;

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
    UNION ALL SELECT 'insights', count(*) FROM insight_watches WHERE due_at = 'infinity'
    UNION ALL SELECT 'numbers', count(*) FROM own_counts WHERE due_at = 'infinity'
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
