-- Why: what was said before we listened, or while nobody listened, can be read at Instagram; who asked for it, how far it is and up
-- to when an account is complete must outlive every process.
-- Locks: accounts, conversations and messages against everybody, for a moment. Duration on 10 M rows: the same moment.
ALTER TABLE accounts
    ADD COLUMN complete_up_to timestamptz,
    ADD COLUMN incomplete_reason text,
    ADD COLUMN receiving text NOT NULL DEFAULT 'webhooks' CHECK (receiving IN ('webhooks', 'polling')),
    ADD COLUMN polling_since timestamptz,
    ADD CONSTRAINT accounts_polling CHECK ((receiving = 'polling') = (polling_since IS NOT NULL));
COMMENT ON COLUMN accounts.complete_up_to IS 'Everything sent up to then has been compared with Instagram, or came while nothing was amiss.';

ALTER TABLE conversations
    ADD COLUMN earlier text NOT NULL DEFAULT 'unknown'
        CHECK (earlier IN ('unknown', 'asking', 'more', 'hidden', 'none', 'refused')),
    ADD COLUMN earlier_reason text,
    ADD COLUMN history_up_to timestamptz;
COMMENT ON COLUMN conversations.earlier IS 'Whether Instagram has messages older than the oldest here: whoever asks learns it.';
COMMENT ON COLUMN conversations.history_up_to IS 'Meta''s time of the last activity when all that it shows was read.';

ALTER TABLE messages ADD COLUMN is_history boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN messages.is_history IS 'It was read at Instagram afterwards: nothing automatic may answer it.';

-- Something long that somebody asked for: it goes on after a crash where it was, and stays as a record.
CREATE TABLE runs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    what text NOT NULL CHECK (what IN ('messages', 'profiles')),
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
    asked_by text NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    place text,
    page_size integer NOT NULL DEFAULT 25,
    calls integer NOT NULL DEFAULT 0,
    conversations_total integer,
    conversations_read integer NOT NULL DEFAULT 0,
    conversations_skipped integer NOT NULL DEFAULT 0,
    messages_read integer NOT NULL DEFAULT 0,
    messages_new integer NOT NULL DEFAULT 0,
    people integer NOT NULL DEFAULT 0,
    waiting_until timestamptz,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX runs_due ON runs (due_at) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX runs_one_at_a_time ON runs (workspace_id, account_id, what) WHERE state IN ('waiting', 'running');
CREATE INDEX runs_newest ON runs (workspace_id, account_id, id DESC);
CREATE INDEX runs_old ON runs (created_at);

-- A conversation of which somebody wants the messages before the oldest.
CREATE TABLE earlier_fetches (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, conversation_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX earlier_fetches_due ON earlier_fetches (due_at);

-- Every account is looked after: is what arrives all there is?
CREATE TABLE account_watches (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    heard_at timestamptz,
    habit_s integer NOT NULL DEFAULT 21600,
    looked_at timestamptz,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX account_watches_due ON account_watches (due_at);
COMMENT ON COLUMN account_watches.heard_at IS 'When a webhook last had something for the account, to the minute.';
COMMENT ON COLUMN account_watches.habit_s IS 'The longest silence between two webhooks that is usual for the account; it fades.';
INSERT INTO account_watches (workspace_id, account_id, due_at) SELECT workspace_id, id, created_at FROM accounts;

-- How fast an account may ask Instagram: shared by all workers.
CREATE TABLE call_budgets (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    pool text NOT NULL,
    next_at timestamptz NOT NULL,
    used_percent smallint,
    PRIMARY KEY (workspace_id, account_id, pool),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
) WITH (fillfactor = 50);
COMMENT ON COLUMN call_budgets.used_percent IS 'What Meta last said of the account''s allowance: 100 is throttled.';

-- When webhooks could reach us, and when they could not. The installation's.
CREATE TABLE heartbeats (
    name text PRIMARY KEY,
    beaten_at timestamptz NOT NULL,
    down_from timestamptz,
    down_until timestamptz
);
GRANT SELECT, INSERT, UPDATE ON heartbeats TO confab_app, confab_worker;

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['runs', 'earlier_fetches', 'account_watches', 'call_budgets'] LOOP
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
    UNION ALL SELECT 'outbound', count(*) FROM outbound_messages WHERE due_at = 'infinity'
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
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
