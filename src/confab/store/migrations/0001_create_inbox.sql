-- Why: the first tables: who works here, which accounts they answer for, what was written, and the ledger of deliveries.
-- Locks: nothing that exists. Duration on 10 M rows: none exist yet.

-- Three doors. An embedded server lets the last two log in; on another server the owner takes their role per connection.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'confab_app') THEN
        CREATE ROLE confab_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'confab_worker') THEN
        CREATE ROLE confab_worker NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
    EXECUTE format('GRANT confab_app, confab_worker TO %I', current_user);
END $$;

GRANT USAGE ON SCHEMA public TO confab_app, confab_worker;

-- ---------------------------------------------------------------------------------------------------------------------
-- The installation: outside row-level security, reached through a handful of named store functions.

CREATE TABLE meta_apps (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE meta_apps IS 'Meta apps besides the one of the environment, which is NULL wherever an app is named. The secret is encrypted like a token.';

CREATE TABLE agents (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email) AND email <> ''),
    name text NOT NULL CHECK (name <> ''),
    password_hash text,
    created_at timestamptz NOT NULL,
    CONSTRAINT agents_email UNIQUE (email)
);

CREATE TABLE sessions (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('browser', 'token')),
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    workspace_id uuid NOT NULL,
    label text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX sessions_agent ON sessions (agent_id);
COMMENT ON COLUMN sessions.digest IS 'SHA-256 of the cookie or bearer token; the token itself is stored nowhere.';

CREATE TABLE setup_links (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE sign_in_attempts (
    subject text NOT NULL,
    attempted_at timestamptz NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (subject, attempted_at, id)
);

CREATE TABLE account_routes (
    ig_id text PRIMARY KEY CHECK (ig_id <> ''),
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL UNIQUE,
    app_id uuid REFERENCES meta_apps
);
CREATE INDEX account_routes_app ON account_routes (app_id);
COMMENT ON TABLE account_routes IS 'An Instagram account belongs to one workspace at most, and only its own Meta app may write into it.';

-- The ledger: raw bodies as Meta sent them, by day. A UUIDv7 begins with its time, so the id alone says which day.
CREATE TABLE deliveries (
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    app_id uuid,
    body bytea NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE TABLE deliveries_other PARTITION OF deliveries DEFAULT;

-- A delivery that nobody has looked into yet.
CREATE TABLE delivery_queue (
    delivery_id uuid PRIMARY KEY,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, fillfactor = 70);
CREATE INDEX delivery_queue_due ON delivery_queue (due_at, delivery_id);

-- What no workspace owns: unreadable bodies, unknown accounts, dashboard tests.
CREATE TABLE unrouted_parts (
    delivery_id uuid NOT NULL,
    ig_id text NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('failed', 'unclaimed', 'ignored')),
    events integer NOT NULL,
    unknown integer NOT NULL,
    error text,
    PRIMARY KEY (delivery_id, ig_id)
);
CREATE INDEX unrouted_parts_account ON unrouted_parts (ig_id, delivery_id) WHERE state = 'unclaimed';
CREATE INDEX unrouted_parts_state ON unrouted_parts (state, delivery_id);

CREATE TABLE event_counts (
    name text NOT NULL,
    on_day date NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (name, on_day)
);
COMMENT ON TABLE event_counts IS 'How often something happened that an operator should see: unknown kinds, refused signatures, dashboard tests.';

CREATE TABLE schedules (
    name text PRIMARY KEY,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_run_at timestamptz,
    error text
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Workspaces and all that is theirs.

CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL
);

CREATE TABLE memberships (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'agent')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, agent_id)
);
CREATE INDEX memberships_agent ON memberships (agent_id);

CREATE TABLE change_counters (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE changes (
    workspace_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    subject_id uuid NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace_id, seq, at)
) PARTITION BY RANGE (at);
CREATE TABLE changes_other PARTITION OF changes DEFAULT;
CREATE INDEX changes_subject ON changes (workspace_id, subject_id, seq);
COMMENT ON COLUMN changes.body IS 'The change as JSON in UTF-8, with the whole object; superseded once its object was erased.';

CREATE TABLE accounts (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    ig_id text NOT NULL CHECK (ig_id <> ''),
    username text NOT NULL,
    name text,
    human_agent boolean NOT NULL DEFAULT false,
    health text NOT NULL DEFAULT 'ok' CHECK (health IN ('ok', 'reconnect', 'paused')),
    health_reason text,
    paused_until timestamptz,
    policy_at timestamptz,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, ig_id)
);

CREATE TABLE integrations (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    access_token bytea NOT NULL,
    expires_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
COMMENT ON COLUMN integrations.access_token IS 'AES-GCM: key id, nonce, ciphertext; bound to this row as associated data.';

CREATE TABLE participants (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    igsid text NOT NULL CHECK (igsid <> ''),
    username text,
    name text,
    avatar_url text,
    follower_count bigint,
    connected_user_id text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, account_id, igsid),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);

-- A profile to read at Meta.
CREATE TABLE profile_fetches (
    workspace_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('due', 'waiting')),
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, participant_id),
    FOREIGN KEY (workspace_id, participant_id) REFERENCES participants
);
CREATE INDEX profile_fetches_due ON profile_fetches (due_at) WHERE state = 'due';

CREATE TABLE conversations (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'snoozed', 'closed')),
    snoozed_until timestamptz,
    assignee_id uuid,
    labels text[] NOT NULL DEFAULT '{}',
    unread_count integer NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    read_up_to timestamptz NOT NULL,
    seen_up_to timestamptz,
    last_message_id uuid,
    last_message_at timestamptz,
    last_message_preview text,
    last_message_direction text CHECK (last_message_direction IN ('inbound', 'outbound')),
    last_message_status text,
    window_opened_at timestamptz,
    window_opened_by text CHECK (window_opened_by IN ('message', 'postback', 'referral')),
    thread_owner_app_id text,
    thread_owner_at timestamptz,
    handled_elsewhere boolean NOT NULL DEFAULT false,
    is_self boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, account_id, participant_id),
    FOREIGN KEY (workspace_id, participant_id) REFERENCES participants,
    FOREIGN KEY (workspace_id, assignee_id) REFERENCES memberships (workspace_id, agent_id),
    CHECK ((status = 'snoozed') = (snoozed_until IS NOT NULL)),
    CHECK ((last_message_id IS NULL) = (last_message_at IS NULL))
) WITH (fillfactor = 80);
-- The four hot lists; the fifth would cost every message another index entry.
CREATE INDEX conversation_list ON conversations (workspace_id, account_id, status, last_message_at DESC, id DESC);
CREATE INDEX conversation_unread ON conversations (workspace_id, account_id, status, last_message_at DESC, id DESC)
    WHERE unread_count > 0;
CREATE INDEX conversation_assigned ON conversations (workspace_id, assignee_id, account_id, status, last_message_at DESC, id DESC);
CREATE INDEX conversation_ending ON conversations (workspace_id, account_id, status, window_opened_at, id)
    WHERE window_opened_at IS NOT NULL;

-- When a snoozed conversation comes back.
CREATE TABLE snoozes (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, conversation_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX snoozes_due ON snoozes (due_at);

CREATE TABLE messages (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    mid text CHECK (mid <> ''),
    mid_digest uuid,
    mid_is_guess boolean NOT NULL DEFAULT false,
    client_key text CHECK (client_key <> ''),
    client_digest bytea,
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    author_kind text NOT NULL CHECK (author_kind IN ('participant', 'agent', 'rule', 'schedule', 'service', 'instagram')),
    author_name text,
    author_agent_id uuid,
    text text,
    reply_to_mid text,
    reply_to_story_id text,
    reactions jsonb NOT NULL DEFAULT '[]',
    quick_reply_payload text,
    postback_payload text,
    referral jsonb,
    sent_at timestamptz NOT NULL,
    meta_sent_at text,
    edits jsonb NOT NULL DEFAULT '[]',
    num_edit integer NOT NULL DEFAULT 0,
    edited_at timestamptz,
    deleted_at timestamptz,
    processed boolean NOT NULL DEFAULT false,
    is_unsupported boolean NOT NULL DEFAULT false,
    is_standby boolean NOT NULL DEFAULT false,
    status text NOT NULL CHECK (status IN ('received', 'scheduled', 'held', 'queued', 'sending', 'sent', 'seen', 'failed',
        'in_doubt', 'discarded')),
    error_code text,
    error_message text,
    delivery_id uuid,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations,
    CHECK (mid IS NULL OR mid_digest IS NOT NULL),
    CHECK ((client_key IS NULL) = (client_digest IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX message_page ON messages (workspace_id, conversation_id, sent_at DESC, id DESC);
CREATE UNIQUE INDEX message_mid ON messages (workspace_id, account_id, mid_digest) WHERE mid_digest IS NOT NULL;
CREATE UNIQUE INDEX message_client_key ON messages (workspace_id, conversation_id, client_key) WHERE client_key IS NOT NULL;
COMMENT ON COLUMN messages.mid_digest IS 'The first 16 bytes of the SHA-256 of the mid; of a postback without one, of what makes it unique.';
COMMENT ON COLUMN messages.meta_sent_at IS 'The time exactly as Meta wrote it, where sent_at had to be clamped or guessed.';
COMMENT ON COLUMN messages.mid_is_guess IS 'An echo was recognised as this answer by its text; the receipt may still say otherwise.';

CREATE TABLE attachments (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    position smallint NOT NULL,
    kind text NOT NULL,
    source_url text,
    title text,
    permalink text,
    state text NOT NULL CHECK (state IN ('pending', 'stored', 'failed', 'expired', 'refused', 'link', 'unavailable')),
    content_type text,
    size_bytes bigint,
    width integer,
    height integer,
    duration_ms integer,
    payload jsonb NOT NULL,
    PRIMARY KEY (workspace_id, message_id, position),
    FOREIGN KEY (workspace_id, message_id) REFERENCES messages ON DELETE CASCADE
);
COMMENT ON COLUMN attachments.source_url IS 'Where Meta keeps it for now; never leaves the server.';

-- An edit, unsend, reaction or read receipt that arrived before its message.
CREATE TABLE parked_events (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    event_key bytea NOT NULL,
    event bytea NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, account_id, mid_digest, event_key),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);

-- A message of which only a hint arrived, to be read at Meta unless it comes by itself.
CREATE TABLE message_hints (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    mid text NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, account_id, mid_digest),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX message_hints_due ON message_hints (due_at);

-- An unsent message whose words are still in the ledger, to be blanked there.
CREATE TABLE erasures (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    mid text NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, account_id, mid_digest),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX erasures_due ON erasures (due_at);

-- The other deliveries that carried a message's words (redeliveries, edits), so that erasing reaches them all.
CREATE TABLE message_sources (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    delivery_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, account_id, mid_digest, delivery_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);

-- A participant came through a link or an ad, opted in, or the conversation changed hands: shown, but no message.
CREATE TABLE activities (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    event_key uuid NOT NULL,
    conversation_id uuid,
    type text NOT NULL,
    body jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, account_id, event_key),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX activity_page ON activities (workspace_id, conversation_id, happened_at DESC);

CREATE TABLE notes (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id uuid NOT NULL REFERENCES agents,
    text text NOT NULL CHECK (text <> ''),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX note_page ON notes (workspace_id, conversation_id, created_at, id);
CREATE INDEX notes_agent ON notes (agent_id);

CREATE TABLE labels (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE comments (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    comment_key text NOT NULL CHECK (comment_key <> ''),
    ig_id text,
    kind text NOT NULL CHECK (kind IN ('comment', 'live_comment', 'mention')),
    media_ig_id text,
    media jsonb NOT NULL,
    parent_ig_id text,
    author_ig_id text,
    author_username text,
    text text,
    is_own boolean NOT NULL,
    created_at timestamptz NOT NULL,
    hidden boolean NOT NULL DEFAULT false,
    deleted_at timestamptz,
    is_archived boolean NOT NULL DEFAULT false,
    delivery_id uuid,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, account_id, comment_key),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX comment_page ON comments (workspace_id, account_id, created_at DESC, id DESC);

CREATE TABLE delivery_parts (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    delivery_id uuid NOT NULL,
    account_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('stored', 'failed', 'unclaimed', 'applied', 'ignored')),
    events integer NOT NULL,
    unknown integer NOT NULL,
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, delivery_id, account_id),
    CHECK ((state = 'stored') = (due_at IS NOT NULL))
);
CREATE INDEX delivery_parts_due ON delivery_parts (due_at) WHERE state = 'stored';
CREATE INDEX delivery_parts_state ON delivery_parts (workspace_id, state, delivery_id) WHERE state <> 'applied';

CREATE TABLE outbound_messages (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    recipient_igsid text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('text')),
    payload jsonb NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('agent', 'rule', 'schedule', 'service')),
    actor_id uuid,
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'in_doubt', 'discarded')),
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    refusals smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    attempted_at timestamptz,
    settled_at timestamptz,
    remote_id text,
    error_code text,
    error_message text,
    error text,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, message_id, id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES messages,
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX outbound_due ON outbound_messages (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbound_open ON outbound_messages (workspace_id, conversation_id, id) WHERE state IN ('queued', 'sending', 'in_doubt');
COMMENT ON COLUMN outbound_messages.error IS 'What went wrong in our own worker; error_code and error_message are what the team sees.';
COMMENT ON COLUMN outbound_messages.refusals IS 'Definite transient refusals so far; three may be retried.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Row-level security. The scalar subselect makes the planner read the setting once per statement.

CREATE FUNCTION current_workspace() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('confab.workspace_id', true), '')::uuid $$;

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'workspaces', 'memberships', 'change_counters', 'changes', 'changes_other', 'accounts', 'integrations', 'participants',
        'profile_fetches', 'conversations', 'snoozes', 'messages', 'attachments', 'parked_events', 'message_hints', 'erasures', 'message_sources',
        'activities', 'notes', 'labels', 'comments', 'delivery_parts', 'outbound_messages']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
    END LOOP;
    FOREACH tenant_table IN ARRAY ARRAY[
        'memberships', 'change_counters', 'changes', 'accounts', 'participants', 'conversations', 'snoozes', 'messages',
        'attachments', 'notes', 'labels', 'comments', 'delivery_parts', 'outbound_messages', 'profile_fetches']
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;
REVOKE ALL ON changes_other FROM confab_worker;
GRANT SELECT, INSERT ON workspaces TO confab_app;
GRANT SELECT ON activities TO confab_app;
GRANT INSERT, UPDATE ON integrations TO confab_app;
GRANT SELECT (workspace_id, account_id, expires_at, updated_at) ON integrations TO confab_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON agents, sessions, setup_links, sign_in_attempts, account_routes, meta_apps TO confab_app;
GRANT SELECT ON agents, account_routes, meta_apps TO confab_worker;
GRANT SELECT ON schedules TO confab_app;
GRANT INSERT ON deliveries, delivery_queue TO confab_app;
GRANT SELECT (id, received_at, app_id) ON deliveries TO confab_app;
GRANT SELECT ON unrouted_parts TO confab_app;
GRANT SELECT, INSERT, UPDATE ON event_counts TO confab_app, confab_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON deliveries, delivery_queue, unrouted_parts, schedules, sessions, setup_links,
    sign_in_attempts TO confab_worker;

-- Partitions belong to the owner; the worker may only ask for the days it needs and for the days that are over.
CREATE FUNCTION uuid_at(moment timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid $$;

CREATE FUNCTION ensure_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    day date;
    name text;
BEGIN
    FOR day IN SELECT generate_series(from_day, to_day, interval '1 day')::date LOOP
        -- A day whose first rows already lie in the default partition (the clock jumped) stays there.
        BEGIN
            name := 'deliveries_' || to_char(day, 'YYYYMMDD');
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF deliveries FOR VALUES FROM (%L) TO (%L)', name,
                    uuid_at(day::timestamp AT TIME ZONE 'UTC'), uuid_at((day + 1)::timestamp AT TIME ZONE 'UTC'));
            END IF;
            name := 'changes_' || to_char(day, 'YYYYMMDD');
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF changes FOR VALUES FROM (%L) TO (%L)', name,
                    day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
            END IF;
        EXCEPTION WHEN check_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

CREATE FUNCTION drop_partitions(parent regclass, before_day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    child regclass;
    dropped integer := 0;
BEGIN
    IF parent NOT IN ('deliveries'::regclass, 'changes'::regclass) THEN
        RAISE EXCEPTION '% is not kept by day', parent;
    END IF;
    FOR child IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = parent AND inhrelid::regclass::text ~ '_\d{8}$'
            AND to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') < before_day
    LOOP
        EXECUTE format('DROP TABLE %s', child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE EXECUTE ON FUNCTION ensure_partitions, drop_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions, drop_partitions TO confab_worker;

-- Who is asking: the one look across workspaces that the app role may take, and only with a secret in hand.
CREATE FUNCTION viewer_of(session_digest bytea, at timestamptz)
    RETURNS TABLE (session_id uuid, workspace_id uuid, agent_id uuid, name text, email text, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT s.id, m.workspace_id, a.id, a.name, a.email, m.role
    FROM sessions s
    JOIN memberships m ON m.workspace_id = s.workspace_id AND m.agent_id = s.agent_id
    JOIN agents a ON a.id = s.agent_id
    WHERE s.digest = session_digest AND (s.expires_at IS NULL OR s.expires_at > at)
    $$;
CREATE FUNCTION workspaces_of(agent uuid) RETURNS TABLE (workspace_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT m.workspace_id FROM memberships m WHERE m.agent_id = agent ORDER BY m.created_at, m.workspace_id $$;
CREATE FUNCTION live_roles(session_ids uuid[], at timestamptz) RETURNS TABLE (session_id uuid, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT s.id, m.role FROM sessions s
    JOIN memberships m ON m.workspace_id = s.workspace_id AND m.agent_id = s.agent_id
    WHERE s.id = ANY(session_ids) AND (s.expires_at IS NULL OR s.expires_at > at)
    $$;
REVOKE EXECUTE ON FUNCTION viewer_of, workspaces_of, live_roles FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viewer_of, workspaces_of, live_roles TO confab_app;
