-- Why: numbers about accounts and their posts, day by day, and what every reading of them brought.
-- Locks: runs and accounts for a moment (a new CHECK reads runs, which are few; columns without a rewrite). Duration: a moment.

-- One number. A page of an account is one range of the primary key: everything of a period between two ends.
CREATE TABLE insight_values (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    media_id text COLLATE "C" NOT NULL DEFAULT '',
    period text COLLATE "C" NOT NULL CHECK (period <> ''),
    end_time timestamptz NOT NULL,
    metric text COLLATE "C" NOT NULL CHECK (metric <> ''),
    breakdown text COLLATE "C" NOT NULL DEFAULT '',
    dimensions text[] COLLATE "C" NOT NULL DEFAULT '{}',
    day date NOT NULL,
    value double precision,
    corrections jsonb,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, account_id, media_id, period, end_time, metric, breakdown, dimensions),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
COMMENT ON COLUMN insight_values.media_id IS 'Meta''s id of a post, reel or story; empty: of the account itself.';
COMMENT ON COLUMN insight_values.dimensions IS 'Which part of the breakdown; empty: the whole.';
COMMENT ON COLUMN insight_values.value IS 'NULL: Instagram was asked and gave none, which is not 0.';
COMMENT ON COLUMN insight_values.corrections IS 'What it was before Meta corrected it, oldest first: {value, read_at}.';

-- A post, reel or story whose numbers are read.
CREATE TABLE insight_media (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    ig_id text COLLATE "C" NOT NULL CHECK (ig_id <> ''),
    kind text NOT NULL CHECK (kind IN ('post', 'reel', 'story')),
    caption text,
    permalink text,
    published_at timestamptz NOT NULL,
    refused text,
    PRIMARY KEY (workspace_id, account_id, ig_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX insight_media_newest ON insight_media (workspace_id, account_id, published_at DESC);
COMMENT ON COLUMN insight_media.refused IS 'Why Meta will never give numbers of it; then it is not asked again.';

-- When to look after an account's numbers again.
CREATE TABLE insight_watches (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    began_at timestamptz NOT NULL,
    night_at timestamptz,
    good_at timestamptz,
    good_until date,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX insight_watches_due ON insight_watches (due_at);
COMMENT ON COLUMN insight_watches.night_at IS 'When its next nightly run begins; between two nights only stories are looked at. NULL: nobody has decided yet.';
COMMENT ON COLUMN insight_watches.good_at IS 'When a run last ended well.';
COMMENT ON COLUMN insight_watches.good_until IS 'The last day that such a run has read.';

-- What a reading of numbers was and what it brought; its progress stands in the run of the same id.
CREATE TABLE sync_runs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    user_id uuid,
    asked_by text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    calls integer NOT NULL DEFAULT 0,
    since date,
    until date,
    metrics text[],
    reaches_back boolean NOT NULL DEFAULT false,
    success boolean NOT NULL DEFAULT false,
    answered integer NOT NULL DEFAULT 0,
    total_inserted integer NOT NULL DEFAULT 0,
    total_changed integer NOT NULL DEFAULT 0,
    total_unchanged integer NOT NULL DEFAULT 0,
    metrics_inserted jsonb NOT NULL DEFAULT '{}',
    errors jsonb NOT NULL DEFAULT '[]',
    error text,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX sync_runs_newest ON sync_runs (workspace_id, account_id, id DESC);
COMMENT ON COLUMN sync_runs.user_id IS 'The agent who connected the account, where one did.';
COMMENT ON COLUMN sync_runs.reaches_back IS 'Reads as far back as Meta has numbers.';
COMMENT ON COLUMN sync_runs.answered IS 'Questions that Meta answered, also with nothing.';

ALTER TABLE runs DROP CONSTRAINT runs_what_check,
    ADD CONSTRAINT runs_what_check CHECK (what IN ('messages', 'profiles', 'insights')),
    ADD COLUMN steps_total integer,
    ADD COLUMN steps_done integer NOT NULL DEFAULT 0,
    ADD COLUMN values_new integer NOT NULL DEFAULT 0;

ALTER TABLE accounts ADD COLUMN connected_by uuid;
COMMENT ON COLUMN accounts.connected_by IS 'The agent who connected it last; NULL: the command line, or nobody knows.';

INSERT INTO insight_watches (workspace_id, account_id, began_at, night_at, due_at)
    SELECT workspace_id, id, current_timestamp, current_timestamp, current_timestamp FROM accounts;

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['insight_values', 'insight_media', 'insight_watches', 'sync_runs'] LOOP
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
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
