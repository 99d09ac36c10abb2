-- Why: customers connect their Instagram profile to their user of another system: tokens for that, work that greets them, and
-- views under the names that other programs know.
-- Locks: accounts and participants for a moment (columns without a default that must be written). Duration on 10 M rows: none.
ALTER TABLE participants
    ADD COLUMN connected_at timestamptz,
    ADD COLUMN acknowledged_at timestamptz;
COMMENT ON COLUMN participants.connected_user_id IS 'The member (customer who connected) that this profile belongs to.';
COMMENT ON COLUMN participants.acknowledged_at IS 'When they were last told by itself that what they sent has come.';
ALTER TABLE accounts
    ADD COLUMN connects_customers boolean NOT NULL DEFAULT false,
    ADD COLUMN acknowledges_every_s integer CHECK (acknowledges_every_s > 0);
COMMENT ON COLUMN accounts.connects_customers IS 'Whether who writes and is not connected yet gets a link to connect, and who is an acknowledgement.';
COMMENT ON COLUMN accounts.acknowledges_every_s IS 'A participant gets an acknowledgement at most this often, in seconds; null: for every message.';

CREATE TABLE verification_tokens (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    seed bytea NOT NULL CHECK (octet_length(seed) = 32),
    message_id uuid,
    event_id text NOT NULL CHECK (event_id <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz,
    replaced_at timestamptz,
    offers integer NOT NULL DEFAULT 0,
    offer_id uuid,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, digest),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    FOREIGN KEY (workspace_id, participant_id) REFERENCES participants,
    FOREIGN KEY (workspace_id, message_id) REFERENCES messages ON DELETE SET NULL (message_id),
    FOREIGN KEY (workspace_id, offer_id) REFERENCES messages ON DELETE SET NULL (offer_id)
);
-- Which workspace a token is of is not known before it is found; that no two have the same SHA-256 needs no index.
CREATE INDEX verification_tokens_digest ON verification_tokens (digest);
CREATE UNIQUE INDEX verification_tokens_live ON verification_tokens (workspace_id, participant_id)
    WHERE consumed_at IS NULL AND replaced_at IS NULL;
CREATE INDEX verification_tokens_day ON verification_tokens (workspace_id, participant_id, created_at);
CREATE INDEX verification_tokens_message ON verification_tokens (workspace_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX verification_tokens_offer ON verification_tokens (workspace_id, offer_id) WHERE offer_id IS NOT NULL;
COMMENT ON COLUMN verification_tokens.digest IS 'SHA-256 of the token; the token itself is stored nowhere.';
COMMENT ON COLUMN verification_tokens.seed IS 'From these random bytes and a key of the installation, which is not in the database, the token follows.';
COMMENT ON COLUMN verification_tokens.message_id IS 'The message that it was made for, where we have it.';
COMMENT ON COLUMN verification_tokens.event_id IS 'What it was made for: a mid, or what another program calls it.';
COMMENT ON COLUMN verification_tokens.replaced_at IS 'When another took its place, after it had expired.';
COMMENT ON COLUMN verification_tokens.offers IS 'How often its link was queued to be sent.';
COMMENT ON COLUMN verification_tokens.offer_id IS 'The newest message with its link.';

-- A message from somebody who may have to be shown how to connect, or told that it came.
CREATE TABLE welcomes (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, message_id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES messages ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations
);
CREATE INDEX welcomes_due ON welcomes (due_at);

-- Which of the database's own users may read a workspace through the views.
CREATE TABLE readers (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    role name NOT NULL,
    PRIMARY KEY (workspace_id, role)
);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['verification_tokens', 'welcomes', 'readers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;

-- Two looks across workspaces that the API may take: with a token's digest in hand, and for our own services, by a profile's id.
CREATE FUNCTION find_verification(token_digest bytea)
    RETURNS TABLE (workspace_id uuid, id uuid, account_id uuid, participant_id uuid, conversation_id uuid, ig_id text,
        expires_at timestamptz, consumed_at timestamptz, replaced_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT t.workspace_id, t.id, t.account_id, t.participant_id, c.id, p.igsid, t.expires_at, t.consumed_at, t.replaced_at
    FROM verification_tokens t
    JOIN participants p ON p.workspace_id = t.workspace_id AND p.id = t.participant_id
    JOIN conversations c ON c.workspace_id = t.workspace_id AND c.account_id = t.account_id
        AND c.participant_id = t.participant_id
    WHERE t.digest = token_digest
    $$;
CREATE FUNCTION conversations_with(profile_ig_id text)
    RETURNS TABLE (workspace_id uuid, account_id uuid, account_ig_id text, participant_id uuid, conversation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT p.workspace_id, p.account_id, a.ig_id, p.id, c.id
    FROM participants p
    JOIN accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id
    JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
    WHERE p.igsid = profile_ig_id ORDER BY p.workspace_id, p.account_id
    $$;
REVOKE EXECUTE ON FUNCTION find_verification, conversations_with FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_verification, conversations_with TO confab_app, confab_worker;

-- ---------------------------------------------------------------------------------------------------------------------
-- What other programs read: views under names that they know, and a role that may read nothing else.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'confab_reader') THEN
        CREATE ROLE confab_reader NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
END $$;
CREATE FUNCTION workspaces_to_read() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT r.workspace_id FROM readers r WHERE r.role = session_user $$;
COMMENT ON FUNCTION workspaces_to_read IS 'Of whoever logged in, whatever role they took since.';
REVOKE EXECUTE ON FUNCTION workspaces_to_read FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workspaces_to_read TO confab_reader;

CREATE SCHEMA views;
CREATE VIEW views.instagram_profiles WITH (security_invoker = true) AS
    SELECT p.igsid AS ig_id, p.username, p.name AS display_name, p.avatar_url AS profile_pic_url, p.follower_count,
        p.connected_user_id, p.connected_at, p.created_at, a.ig_id AS account_ig_id, p.workspace_id
    FROM public.participants p
    JOIN public.accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id;
CREATE VIEW views.verification_tokens WITH (security_invoker = true) AS
    SELECT encode(t.digest, 'hex') AS token_hash, p.igsid AS ig_id, t.expires_at, t.consumed_at IS NOT NULL AS consumed,
        t.event_id AS created_by_event_id, t.created_at, t.consumed_at, a.ig_id AS account_ig_id, t.workspace_id
    FROM public.verification_tokens t
    JOIN public.participants p ON p.workspace_id = t.workspace_id AND p.id = t.participant_id
    JOIN public.accounts a ON a.workspace_id = t.workspace_id AND a.id = t.account_id;
CREATE VIEW views.messages WITH (security_invoker = true) AS
    SELECT coalesce(m.mid, m.id::text) AS id, p.igsid AS sender_ig_id, a.ig_id AS recipient_ig_id, m.text AS message_text,
        (SELECT jsonb_agg(jsonb_build_object('type', t.kind, 'title', t.title, 'permalink', t.permalink, 'state', t.state,
                'content_type', t.content_type, 'size_bytes', t.size_bytes,
                'url', CASE WHEN t.state IN ('stored', 'relayed') AND t.content_type IS NOT NULL THEN
                    concat('/media/messages/', m.conversation_id, '/', m.id, '-', t.position, '.',
                        CASE t.content_type WHEN 'image/jpeg' THEN 'jpg' WHEN 'audio/mp4' THEN 'm4a'
                            ELSE split_part(t.content_type, '/', 2) END,
                        '?v=' || left(encode(t.digest, 'hex'), 12)) END)
                ORDER BY t.position)
            FROM public.attachments t
            WHERE t.workspace_id = m.workspace_id AND t.message_id = m.id AND t.position < 100) AS attachments,
        m.sent_at AS "timestamp", m.processed, m.edited_at, m.deleted_at, m.workspace_id
    FROM public.messages m
    JOIN public.conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
    JOIN public.participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
    JOIN public.accounts a ON a.workspace_id = m.workspace_id AND a.id = m.account_id
    WHERE m.direction = 'inbound';
CREATE VIEW views.outbound_messages WITH (security_invoker = true) AS
    SELECT o.id, o.recipient_igsid AS recipient_ig_id, o.purpose AS kind, o.payload,
        CASE WHEN o.state = 'sent' THEN 'sent' WHEN o.state IN ('failed', 'discarded') THEN 'failed' ELSE 'pending' END AS status,
        o.refusals + CASE WHEN o.attempted_at IS NULL OR o.state = 'queued' THEN 0 ELSE 1 END AS attempts,
        o.remote_id AS remote_message_id,
        CASE WHEN o.state = 'discarded' THEN 'discarded' ELSE nullif(concat_ws(': ', o.error_code, o.error_message), '') END AS error,
        o.created_at, o.attempted_at, o.settled_at, a.ig_id AS account_ig_id, o.workspace_id
    FROM public.outbound_messages o
    JOIN public.accounts a ON a.workspace_id = o.workspace_id AND a.id = o.account_id
    WHERE o.kind NOT IN ('reaction', 'typing', 'seen');
COMMENT ON SCHEMA views IS 'For other programs: documented in docs/connect.md, and kept as they are.';

DO $$
DECLARE
    read_table text;
BEGIN
    FOREACH read_table IN ARRAY ARRAY['accounts', 'participants', 'conversations', 'messages', 'attachments',
        'outbound_messages', 'verification_tokens']
    LOOP
        EXECUTE format('CREATE POLICY of_reader ON %I FOR SELECT TO confab_reader
            USING (workspace_id IN (SELECT workspaces_to_read()))', read_table);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA views TO confab_app, confab_worker, confab_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA views TO confab_app, confab_worker, confab_reader;
GRANT SELECT (workspace_id, id, ig_id, username) ON accounts TO confab_reader;
GRANT SELECT (workspace_id, id, account_id, igsid, username, name, avatar_url, follower_count, connected_user_id, connected_at,
    created_at) ON participants TO confab_reader;
GRANT SELECT (workspace_id, id, account_id, participant_id) ON conversations TO confab_reader;
GRANT SELECT (workspace_id, id, account_id, conversation_id, mid, direction, text, sent_at, processed, edited_at, deleted_at)
    ON messages TO confab_reader;
GRANT SELECT (workspace_id, message_id, position, kind, title, permalink, state, content_type, size_bytes, digest)
    ON attachments TO confab_reader;
GRANT SELECT (workspace_id, id, account_id, recipient_igsid, kind, purpose, payload, state, refusals, created_at, attempted_at,
    settled_at, remote_id, error_code, error_message) ON outbound_messages TO confab_reader;
GRANT SELECT (workspace_id, id, account_id, participant_id, digest, event_id, created_at, expires_at, consumed_at, replaced_at)
    ON verification_tokens TO confab_reader;

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
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    UNION ALL SELECT 'welcomes', count(*) FROM welcomes WHERE due_at = 'infinity'
    $$;
