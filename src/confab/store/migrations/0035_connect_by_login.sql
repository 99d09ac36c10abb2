-- Why: accounts are connected by Meta's own logins, disconnected, stopped by people, and let go when a person asks Meta for it.
-- Locks: integrations, accounts and workspaces for a moment (a row for each account). Duration: a moment.
ALTER TABLE integrations
    ADD COLUMN platform text NOT NULL DEFAULT 'instagram' CHECK (platform IN ('instagram', 'facebook')),
    ADD COLUMN node_id text CHECK (node_id <> ''),
    ADD COLUMN scopes text[],
    ADD COLUMN missing text[],
    ADD COLUMN user_id uuid,
    ADD COLUMN scoped_id text CHECK (scoped_id <> ''),
    ADD COLUMN user_token bytea,
    ADD COLUMN user_token_expires_at timestamptz,
    ADD CONSTRAINT integrations_page CHECK (platform = 'instagram' OR node_id IS NOT NULL);
COMMENT ON COLUMN integrations.platform IS 'Which of Meta''s two logins connected it.';
COMMENT ON COLUMN integrations.node_id IS 'The Page that messages go through; NULL with Instagram''s own login.';
COMMENT ON COLUMN integrations.scopes IS 'What its owner granted; NULL: unknown.';
COMMENT ON COLUMN integrations.missing IS 'What does not work, a sentence each, as the test of each permission said; NULL: never tested.';
COMMENT ON COLUMN integrations.user_id IS 'The agent who connected it.';
COMMENT ON COLUMN integrations.scoped_id IS 'Under which id Meta names its owner to this app, when the app is removed.';
COMMENT ON COLUMN integrations.user_token IS 'Facebook: the person''s own token, sealed as the access token is; the Page''s is derived from it.';
CREATE INDEX integrations_scoped ON integrations (scoped_id) WHERE scoped_id IS NOT NULL;
GRANT SELECT (platform, node_id, scopes, missing, user_id, user_token_expires_at) ON integrations TO confab_app;

ALTER TABLE accounts
    ADD COLUMN disconnected_at timestamptz,
    ADD COLUMN erase_at timestamptz,
    ADD COLUMN stopped_at timestamptz,
    ADD COLUMN stopped_by text,
    ADD CHECK ((stopped_at IS NULL) = (stopped_by IS NULL));
ALTER TABLE workspaces
    ADD COLUMN stopped_at timestamptz,
    ADD COLUMN stopped_by text,
    ADD CHECK ((stopped_at IS NULL) = (stopped_by IS NULL));
GRANT UPDATE (stopped_at, stopped_by) ON workspaces TO confab_app;

-- What has to be done for an account at Meta: a login that came back, a farewell, an erasure.
CREATE TABLE account_errands (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('login', 'part', 'erase')),
    state text NOT NULL CHECK (state IN ('away', 'returned', 'choosing', 'chosen', 'waiting', 'done', 'failed')),
    account_id uuid,
    agent_id uuid,
    platform text CHECK (platform IN ('instagram', 'facebook')),
    state_digest bytea,
    secret bytea,
    choices jsonb,
    chosen text,
    said text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, state_digest),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
COMMENT ON COLUMN account_errands.secret IS 'Sealed for this row: the code, then the person''s token while they choose a Page.';
CREATE INDEX account_errands_due ON account_errands (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX account_errands_account ON account_errands (workspace_id, account_id);
ALTER TABLE account_errands ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_errands FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON account_errands TO confab_app
    USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()));
CREATE POLICY all_workspaces ON account_errands TO confab_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON account_errands TO confab_app, confab_worker;

-- What a person asked Meta for: no workspace, as only the worker may find out whose the person is.
CREATE TABLE meta_requests (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('deauthorize', 'data_deletion')),
    user_digest bytea NOT NULL,
    scoped_id bytea,
    code_digest bytea UNIQUE,
    asked_at timestamptz NOT NULL,
    done_at timestamptz,
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    error text
);
COMMENT ON TABLE meta_requests IS 'The proof that a person asked and when it was done: a digest of who it was, and nothing they left.';
COMMENT ON COLUMN meta_requests.scoped_id IS 'Sealed; forgotten when it is done.';
CREATE INDEX meta_requests_due ON meta_requests (due_at) WHERE due_at IS NOT NULL;
GRANT SELECT (id, kind, code_digest, asked_at, done_at), INSERT ON meta_requests TO confab_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON meta_requests TO confab_worker;
GRANT INSERT, UPDATE, DELETE ON account_routes TO confab_worker;

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
    UNION ALL SELECT 'errands', count(*) FROM account_errands WHERE due_at = 'infinity'
    UNION ALL SELECT 'meta_requests', count(*) FROM meta_requests WHERE due_at = 'infinity'
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
