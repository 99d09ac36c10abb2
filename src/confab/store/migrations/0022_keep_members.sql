-- Why: customers who connected their Instagram profile sign in for themselves, get mail, and have a library of what they shared.
-- Locks: nothing that exists. Duration on 10 M rows: a moment.

-- A customer who connected. Their sessions open the library and nothing else.
CREATE TABLE members (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    way text NOT NULL CHECK (way IN ('mail', 'oidc', 'page')),
    user_id text NOT NULL CHECK (user_id <> ''),
    email text CHECK (email = lower(email) AND email <> ''),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, user_id),
    CHECK (way <> 'mail' OR email IS NOT NULL)
);
CREATE UNIQUE INDEX member_mail ON members (workspace_id, email) WHERE way = 'mail';
CREATE INDEX member_by_mail ON members (email) WHERE way = 'mail';
CREATE INDEX member_by_user ON members (user_id) WHERE way <> 'mail';
COMMENT ON COLUMN members.way IS 'Who said who they are: a code by mail, an OpenID provider, the company''s own page.';
COMMENT ON COLUMN members.user_id IS 'What participants.connected_user_id says: our id of those who came by mail, else the provider''s or the company''s.';

CREATE TABLE member_sessions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES members ON DELETE CASCADE
);
CREATE INDEX member_session_secret ON member_sessions (digest);
CREATE INDEX member_session_member ON member_sessions (workspace_id, member_id);
CREATE INDEX member_session_end ON member_sessions (expires_at);
COMMENT ON COLUMN member_sessions.digest IS 'SHA-256 of the cookie''s secret, which is kept nowhere.';

-- A code that was mailed. Kept for ten minutes, as a keyed hash.
CREATE TABLE member_codes (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    email text NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    tries smallint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX member_code_mail ON member_codes (workspace_id, email);
CREATE INDEX member_code_end ON member_codes (expires_at);

-- A mail to send. Whom it goes to and what it says is sealed, and forgotten once it is sent or given up.
CREATE TABLE mails (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    purpose text NOT NULL,
    sealed bytea,
    expires_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX mails_due ON mails (due_at);
COMMENT ON COLUMN mails.id IS 'Of a code''s mail, the code''s.';
COMMENT ON COLUMN mails.sealed IS 'AES-GCM, bound to this row; null: it is too late to send it.';

-- States of sign-ins that were handed to somebody else and came back: each does so once. The installation's.
CREATE TABLE spent_states (
    digest bytea PRIMARY KEY,
    spent_at timestamptz NOT NULL
);
CREATE INDEX spent_state_age ON spent_states (spent_at);

-- What a member shared: the same thing sent twice is one item.
CREATE TABLE library_items (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reel', 'post', 'story', 'link')),
    key uuid NOT NULL,
    media_id text,
    permalink text,
    caption text,
    author text,
    note text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    first_sent_at timestamptz NOT NULL,
    last_sent_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, member_id, key),
    FOREIGN KEY (workspace_id, member_id) REFERENCES members
);
CREATE INDEX library_page ON library_items (workspace_id, member_id, last_sent_at DESC, id DESC);
COMMENT ON COLUMN library_items.key IS 'What makes two shares one: the digest of Meta''s id of the media, else of the link in its plain form.';

-- The messages that an item comes from. With the last one it goes.
CREATE TABLE library_sources (
    workspace_id uuid NOT NULL,
    item_id uuid NOT NULL,
    message_id uuid NOT NULL,
    position smallint NOT NULL,
    conversation_id uuid NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, item_id, message_id, position),
    FOREIGN KEY (workspace_id, item_id) REFERENCES library_items ON DELETE CASCADE
);
CREATE INDEX library_source_message ON library_sources (workspace_id, message_id);
CREATE INDEX library_source_conversation ON library_sources (workspace_id, conversation_id, item_id);

-- Shares that their member took out of the library: the same message does not bring them back.
CREATE TABLE library_refusals (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    key uuid NOT NULL,
    PRIMARY KEY (workspace_id, message_id, key)
);

-- Messages with which the library is to be brought in line: new, edited, unsent.
CREATE TABLE library_queue (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, message_id)
);
CREATE INDEX library_queue_due ON library_queue (due_at);

-- What a company's own program is told about items.
CREATE TABLE library_events (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    item_id uuid NOT NULL,
    type text NOT NULL CHECK (type IN ('created', 'updated', 'removed')),
    body jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX library_events_due ON library_events (due_at);
CREATE INDEX library_event_item ON library_events (workspace_id, item_id);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['members', 'member_sessions', 'member_codes', 'mails', 'library_items', 'library_sources',
        'library_refusals', 'library_queue', 'library_events'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON spent_states TO confab_app;
GRANT SELECT, DELETE ON spent_states TO confab_worker;

-- Who holds a session's secret. Nobody's workspace is known before.
CREATE FUNCTION member_of(session_digest bytea, at timestamptz)
    RETURNS TABLE (session_id uuid, workspace_id uuid, workspace text, member_id uuid, user_id text, email text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT s.id, m.workspace_id, w.name, m.id, m.user_id, m.email FROM member_sessions s
    JOIN members m ON m.workspace_id = s.workspace_id AND m.id = s.member_id
    JOIN workspaces w ON w.workspace_id = s.workspace_id
    WHERE s.digest = session_digest AND s.expires_at > at
    $$;

-- Where somebody is a member who comes back without a link, the newest first.
CREATE FUNCTION memberships_of(address text, user_name text)
    RETURNS TABLE (workspace_id uuid, workspace text, member_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT m.workspace_id, w.name, m.id FROM members m JOIN workspaces w ON w.workspace_id = m.workspace_id
    WHERE (address IS NOT NULL AND m.way = 'mail' AND m.email = address)
        OR (user_name IS NOT NULL AND m.way <> 'mail' AND m.user_id = user_name)
    ORDER BY m.created_at DESC, m.workspace_id
    $$;
REVOKE EXECUTE ON FUNCTION member_of, memberships_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION member_of, memberships_of TO confab_app;

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
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
