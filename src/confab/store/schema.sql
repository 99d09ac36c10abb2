-- The sum of all migrations; written by `make generate`.
CREATE SCHEMA views;
COMMENT ON SCHEMA views IS 'For other programs: documented in docs/connect.md, and kept as they are.';
CREATE FUNCTION public.conversations_with(profile_ig_id text) RETURNS TABLE(workspace_id uuid, account_id uuid, account_ig_id text, participant_id uuid, conversation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT p.workspace_id, p.account_id, a.ig_id, p.id, c.id
    FROM participants p
    JOIN accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id
    JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
    WHERE p.igsid = profile_ig_id ORDER BY p.workspace_id, p.account_id
    $$;
CREATE FUNCTION public.current_workspace() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('confab.workspace_id', true), '')::uuid $$;
CREATE FUNCTION public.dead_rows() RETURNS TABLE(kind text, count bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
    DECLARE
        one record;
    BEGIN
        FOR one IN SELECT w.kind, w.of_table, w.waiting FROM work_kinds w ORDER BY w.kind LOOP
            RETURN QUERY EXECUTE format(
                'SELECT %L::text, count(*) FROM %I WHERE due_at = ''infinity'' AND %s', one.kind, one.of_table, one.waiting);
        END LOOP;
    END $$;
CREATE FUNCTION public.drop_oldest_partition(parent regclass, before_day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '500ms'
    AS $_$
DECLARE
    child regclass;
BEGIN
    IF parent NOT IN ('deliveries'::regclass, 'changes'::regclass) THEN
        RAISE EXCEPTION '% is not kept by day', parent;
    END IF;
    SELECT inhrelid::regclass INTO child FROM pg_inherits
    WHERE inhparent = parent AND inhrelid::regclass::text ~ '_\d{8}$'
        AND to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') < before_day
    ORDER BY inhrelid::regclass::text LIMIT 1;
    IF child IS NULL THEN
        RETURN false;
    END IF;
    BEGIN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', child);
        RAISE SQLSTATE 'CF000';
    EXCEPTION WHEN SQLSTATE 'CF000' THEN
        NULL;
    END;
    EXECUTE format('DROP TABLE %s', child);
    RETURN true;
END $_$;
CREATE FUNCTION public.ensure_partition(parent regclass, day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '500ms'
    AS $$
DECLARE
    name text := parent || '_' || to_char(day, 'YYYYMMDD');
    from_at timestamptz := day::timestamp AT TIME ZONE 'UTC';
    to_at timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
    bounds text := CASE parent
        WHEN 'deliveries'::regclass THEN format('FROM (%L) TO (%L)', uuid_at(from_at), uuid_at(to_at))
        WHEN 'changes'::regclass THEN format('FROM (%L) TO (%L)', from_at, to_at)
    END;
BEGIN
    IF bounds IS NULL THEN
        RAISE EXCEPTION '% is not kept by day', parent;
    END IF;
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', name, parent);
    IF (SELECT relforcerowsecurity FROM pg_class WHERE oid = parent) THEN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES %s', parent, name, bounds);
EXCEPTION
    WHEN check_violation THEN  -- its first rows already lie in the default partition (the clock jumped): it stays there
        NULL;
    WHEN duplicate_table OR duplicate_object OR unique_violation THEN  -- somebody else made it at the same time
        NULL;
END $$;
CREATE FUNCTION public.find_verification(token_digest bytea) RETURNS TABLE(workspace_id uuid, id uuid, account_id uuid, participant_id uuid, conversation_id uuid, ig_id text, expires_at timestamp with time zone, consumed_at timestamp with time zone, replaced_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT t.workspace_id, t.id, t.account_id, t.participant_id, c.id, p.igsid, t.expires_at, t.consumed_at, t.replaced_at
    FROM verification_tokens t
    JOIN participants p ON p.workspace_id = t.workspace_id AND p.id = t.participant_id
    JOIN conversations c ON c.workspace_id = t.workspace_id AND c.account_id = t.account_id
        AND c.participant_id = t.participant_id
    WHERE t.digest = token_digest
    $$;
CREATE FUNCTION public.live_roles(session_ids uuid[], at timestamp with time zone) RETURNS TABLE(session_id uuid, role text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT s.id, m.role FROM sessions s
    JOIN memberships m ON m.workspace_id = s.workspace_id AND m.agent_id = s.agent_id
    WHERE s.id = ANY(session_ids) AND (s.expires_at IS NULL OR s.expires_at > at)
    $$;
CREATE FUNCTION public.member_of(session_digest bytea, at timestamp with time zone) RETURNS TABLE(session_id uuid, workspace_id uuid, workspace text, member_id uuid, user_id text, email text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT s.id, m.workspace_id, w.name, m.id, m.user_id, m.email FROM member_sessions s
    JOIN members m ON m.workspace_id = s.workspace_id AND m.id = s.member_id
    JOIN workspaces w ON w.workspace_id = s.workspace_id
    WHERE s.digest = session_digest AND s.expires_at > at
    $$;
CREATE FUNCTION public.memberships_of(address text, user_name text) RETURNS TABLE(workspace_id uuid, workspace text, member_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT m.workspace_id, w.name, m.id FROM members m JOIN workspaces w ON w.workspace_id = m.workspace_id
    WHERE (address IS NOT NULL AND m.way = 'mail' AND m.email = address)
        OR (user_name IS NOT NULL AND m.way <> 'mail' AND m.user_id = user_name)
    ORDER BY m.created_at DESC, m.workspace_id
    $$;
CREATE FUNCTION public.publish_changes(uuid[], text[], uuid[], bytea[], timestamp with time zone[], bigint[], uuid[], bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $_$
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT c.workspace_id, n.steps FROM unnest($7, $8) AS n (workspace_id, steps)
        JOIN change_counters c USING (workspace_id) ORDER BY c.workspace_id FOR NO KEY UPDATE OF c
    ), counted AS (
        UPDATE change_counters c SET seq = c.seq + w.steps FROM wanted w WHERE c.workspace_id = w.workspace_id
        RETURNING c.workspace_id, c.seq - w.steps AS seq
    )
    INSERT INTO changes (workspace_id, seq, at, type, subject_id, body)
    SELECT g.workspace_id, c.seq + g.step, g.at, g.type, g.subject_id, g.body
    FROM unnest($1, $2, $3, $4, $5, $6) AS g (workspace_id, type, subject_id, body, at, step)
    JOIN counted c USING (workspace_id);
END
$_$;
CREATE FUNCTION public.uuid_at(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid $$;
CREATE FUNCTION public.viewer_of(session_digest bytea, at timestamp with time zone) RETURNS TABLE(session_id uuid, workspace_id uuid, agent_id uuid, name text, email text, role text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT s.id, m.workspace_id, a.id, a.name, a.email, m.role
    FROM sessions s
    JOIN memberships m ON m.workspace_id = s.workspace_id AND m.agent_id = s.agent_id
    JOIN agents a ON a.id = s.agent_id
    WHERE s.digest = session_digest AND (s.expires_at IS NULL OR s.expires_at > at)
    $$;
CREATE FUNCTION public.workspaces_of(agent uuid) RETURNS TABLE(workspace_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT m.workspace_id FROM memberships m WHERE m.agent_id = agent ORDER BY m.created_at, m.workspace_id $$;
CREATE FUNCTION public.workspaces_to_read() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT r.workspace_id FROM readers r WHERE r.role = session_user $$;
COMMENT ON FUNCTION public.workspaces_to_read() IS 'Of whoever logged in, whatever role they took since.';
CREATE TABLE public.account_errands (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    account_id uuid,
    agent_id uuid,
    platform text,
    state_digest bytea,
    secret bytea,
    choices jsonb,
    chosen text,
    said text,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    app_id uuid,
    note text,
    CONSTRAINT account_errands_kind_check CHECK ((kind = ANY (ARRAY['login'::text, 'part'::text, 'erase'::text]))),
    CONSTRAINT account_errands_platform_check CHECK ((platform = ANY (ARRAY['instagram'::text, 'facebook'::text]))),
    CONSTRAINT account_errands_state_check CHECK ((state = ANY (ARRAY['away'::text, 'returned'::text, 'choosing'::text, 'chosen'::text, 'waiting'::text, 'done'::text, 'failed'::text])))
);
ALTER TABLE ONLY public.account_errands FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.account_errands.secret IS 'Sealed for this row: the code, then the person''s token while they choose a Page.';
COMMENT ON COLUMN public.account_errands.app_id IS 'By which Meta app a login goes; NULL: the environment''s.';
CREATE TABLE public.account_routes (
    ig_id text NOT NULL,
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    app_id uuid,
    CONSTRAINT account_routes_ig_id_check CHECK ((ig_id <> ''::text))
);
COMMENT ON TABLE public.account_routes IS 'An Instagram account belongs to one workspace at most, and only its own Meta app may write into it.';
CREATE TABLE public.account_watches (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    heard_at timestamp with time zone,
    habit_s integer DEFAULT 21600 NOT NULL,
    looked_at timestamp with time zone,
    gap text,
    gap_from timestamp with time zone,
    gap_at timestamp with time zone,
    place text,
    place_from timestamp with time zone,
    place_at timestamp with time zone,
    CONSTRAINT account_watches_gap CHECK ((((gap IS NULL) = (gap_at IS NULL)) AND ((gap_from IS NULL) OR (gap IS NOT NULL)))),
    CONSTRAINT account_watches_place CHECK ((((place_from IS NULL) = (place_at IS NULL)) AND ((place IS NULL) OR (place_at IS NOT NULL))))
);
ALTER TABLE ONLY public.account_watches FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.account_watches.heard_at IS 'When a webhook last had what a participant wrote, to the minute.';
COMMENT ON COLUMN public.account_watches.habit_s IS 'The longest silence of participants that is usual for the account; it fades.';
COMMENT ON COLUMN public.account_watches.gap IS 'What is missing, in words, until an import or another reading brings it.';
COMMENT ON COLUMN public.account_watches.gap_from IS 'From when on reading again may bring it; NULL: only an import does.';
COMMENT ON COLUMN public.account_watches.gap_at IS 'When it was last found missing.';
COMMENT ON COLUMN public.account_watches.place IS 'The page at which a comparison was told to wait; NULL: the first.';
COMMENT ON COLUMN public.account_watches.place_from IS 'Since when the conversations moved that are read there.';
COMMENT ON COLUMN public.account_watches.place_at IS 'When reading from the first page on began.';
CREATE TABLE public.accounts (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    ig_id text NOT NULL,
    username text NOT NULL,
    name text,
    human_agent boolean DEFAULT false NOT NULL,
    health text DEFAULT 'ok'::text NOT NULL,
    health_reason text,
    paused_until timestamp with time zone,
    policy_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    media_mode text,
    media_mode_now text DEFAULT 'store'::text NOT NULL,
    complete_up_to timestamp with time zone,
    incomplete_reason text,
    receiving text DEFAULT 'webhooks'::text NOT NULL,
    polling_since timestamp with time zone,
    connects_customers boolean DEFAULT false NOT NULL,
    acknowledges_every_s integer,
    restricted_until timestamp with time zone,
    restricted_reason text,
    throttles smallint DEFAULT 0 NOT NULL,
    shows_indicators boolean DEFAULT false NOT NULL,
    disconnected_at timestamp with time zone,
    erase_at timestamp with time zone,
    stopped_at timestamp with time zone,
    stopped_by text,
    connected_by uuid,
    is_development boolean DEFAULT false NOT NULL,
    disconnected_by text,
    owner_digest bytea,
    CONSTRAINT accounts_acknowledges_every_s_check CHECK ((acknowledges_every_s > 0)),
    CONSTRAINT accounts_check CHECK (((stopped_at IS NULL) = (stopped_by IS NULL))),
    CONSTRAINT accounts_health_check CHECK ((health = ANY (ARRAY['ok'::text, 'reconnect'::text, 'paused'::text]))),
    CONSTRAINT accounts_ig_id_check CHECK ((ig_id <> ''::text)),
    CONSTRAINT accounts_media_mode_check CHECK ((media_mode = ANY (ARRAY['store'::text, 'reference'::text]))),
    CONSTRAINT accounts_media_mode_now_check CHECK ((media_mode_now = ANY (ARRAY['store'::text, 'reference'::text]))),
    CONSTRAINT accounts_polling CHECK (((receiving = 'polling'::text) = (polling_since IS NOT NULL))),
    CONSTRAINT accounts_receiving_check CHECK ((receiving = ANY (ARRAY['webhooks'::text, 'polling'::text])))
);
ALTER TABLE ONLY public.accounts FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.accounts.media_mode IS 'Whether copies are kept or everything is passed on; null: as the installation says.';
COMMENT ON COLUMN public.accounts.media_mode_now IS 'What its files were last brought in line with.';
COMMENT ON COLUMN public.accounts.complete_up_to IS 'Everything sent up to then has been compared with Instagram, or came while nothing was amiss.';
COMMENT ON COLUMN public.accounts.connects_customers IS 'Whether who writes and is not connected yet gets a link to connect, and who is an acknowledgement.';
COMMENT ON COLUMN public.accounts.acknowledges_every_s IS 'A participant gets an acknowledgement at most this often, in seconds; null: for every message.';
COMMENT ON COLUMN public.accounts.restricted_until IS 'Until then nothing automatic is sent: Instagram restricts the account as spam or for its policy.';
COMMENT ON COLUMN public.accounts.throttles IS 'How often running Meta has asked to slow down without saying for how long.';
COMMENT ON COLUMN public.accounts.shows_indicators IS 'Whether participants see when somebody types here, and that their messages were seen.';
COMMENT ON COLUMN public.accounts.connected_by IS 'The agent who connected it last; NULL: the command line, or nobody knows.';
COMMENT ON COLUMN public.accounts.is_development IS 'The environment''s, used while no other is connected. Of a disconnected one: it gave way to another, and may come back.';
COMMENT ON COLUMN public.accounts.disconnected_by IS 'Who of us disconnected it; NULL: it is connected, or its owner removed the app at Instagram.';
COMMENT ON COLUMN public.accounts.owner_digest IS 'The SHA-256 of how Meta names its owner to the app: finds what to erase when they ask Meta for it, also after it was disconnected.';
CREATE TABLE public.activities (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    event_key uuid NOT NULL,
    conversation_id uuid,
    type text NOT NULL,
    body jsonb NOT NULL,
    happened_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.activities FORCE ROW LEVEL SECURITY;
CREATE TABLE public.agents (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT agents_email_check CHECK (((email = lower(email)) AND (email <> ''::text))),
    CONSTRAINT agents_name_check CHECK ((name <> ''::text))
);
CREATE TABLE public.attachments (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    "position" smallint NOT NULL,
    kind text NOT NULL,
    source_url text,
    title text,
    permalink text,
    state text NOT NULL,
    content_type text,
    size_bytes bigint,
    width integer,
    height integer,
    duration_ms integer,
    payload jsonb NOT NULL,
    digest bytea,
    placeholder text,
    has_thumbnail boolean DEFAULT false NOT NULL,
    error text,
    sent_at timestamp with time zone DEFAULT now() NOT NULL,
    available_until timestamp with time zone,
    media_fetch_failed boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY public.attachments FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.attachments.source_url IS 'Where Meta keeps it for now; never leaves the server.';
COMMENT ON COLUMN public.attachments.sent_at IS 'Its message''s time, from which its age counts; what is older than this column: the column''s.';
COMMENT ON COLUMN public.attachments.available_until IS 'Until when a story can stand at most; it is passed on until then and never kept.';
COMMENT ON COLUMN public.attachments.media_fetch_failed IS 'Its host was in trouble again and again; somebody may try again.';
CREATE TABLE public.audit_lines (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL
);
ALTER TABLE ONLY public.audit_lines FORCE ROW LEVEL SECURITY;
CREATE TABLE public.call_budgets (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    pool text NOT NULL,
    next_at timestamp with time zone NOT NULL,
    used_percent smallint
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.call_budgets FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.call_budgets.used_percent IS 'What Meta last said of the account''s allowance: 100 is throttled.';
CREATE TABLE public.change_counters (
    workspace_id uuid NOT NULL,
    seq bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='10');
ALTER TABLE ONLY public.change_counters FORCE ROW LEVEL SECURITY;
CREATE TABLE public.changes (
    workspace_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    type text NOT NULL,
    subject_id uuid NOT NULL,
    body bytea NOT NULL
)
PARTITION BY RANGE (at);
ALTER TABLE ONLY public.changes FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.changes.body IS 'The change as JSON in UTF-8, with the whole object; superseded once its object was erased.';
CREATE TABLE public.changes_other (
    workspace_id uuid CONSTRAINT changes_workspace_id_not_null NOT NULL,
    seq bigint CONSTRAINT changes_seq_not_null NOT NULL,
    at timestamp with time zone CONSTRAINT changes_at_not_null NOT NULL,
    type text CONSTRAINT changes_type_not_null NOT NULL,
    subject_id uuid CONSTRAINT changes_subject_id_not_null NOT NULL,
    body bytea CONSTRAINT changes_body_not_null NOT NULL
);
ALTER TABLE ONLY public.changes_other FORCE ROW LEVEL SECURITY;
CREATE TABLE public.checkups (
    workspace_id uuid NOT NULL,
    findings jsonb DEFAULT '[]'::jsonb NOT NULL,
    red integer DEFAULT 0 NOT NULL,
    amber integer DEFAULT 0 NOT NULL,
    unknown integer DEFAULT 0 NOT NULL,
    turned_red text[] DEFAULT '{}'::text[] NOT NULL,
    looked_at timestamp with time zone,
    asked_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.checkups FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE public.checkups IS 'What the doctor found when it last looked at a team''s accounts and at the installation.';
COMMENT ON COLUMN public.checkups.turned_red IS 'What became red at the last look, in words.';
COMMENT ON COLUMN public.checkups.asked_at IS 'Since when somebody waits for another look; NULL: nobody does.';
CREATE TABLE public.closings (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    account_id uuid NOT NULL,
    agent_id uuid
);
ALTER TABLE ONLY public.closings FORCE ROW LEVEL SECURITY;
CREATE TABLE public.comment_calls (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    comment_id uuid,
    post_id uuid,
    reply_id uuid,
    text text,
    lane smallint NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    state text NOT NULL,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    refusals smallint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attempted_at timestamp with time zone,
    settled_at timestamp with time zone,
    remote_id text,
    error_code text,
    error_message text,
    error text,
    CONSTRAINT comment_calls_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['agent'::text, 'rule'::text, 'schedule'::text, 'service'::text]))),
    CONSTRAINT comment_calls_check CHECK (((kind = ANY (ARRAY['reply'::text, 'mention_reply'::text])) OR (reply_id IS NULL))),
    CONSTRAINT comment_calls_kind_check CHECK ((kind = ANY (ARRAY['reply'::text, 'mention_reply'::text, 'hide'::text, 'unhide'::text, 'delete'::text, 'like'::text, 'unlike'::text, 'comments_on'::text, 'comments_off'::text]))),
    CONSTRAINT comment_calls_lane_check CHECK (((lane >= 0) AND (lane <= 2))),
    CONSTRAINT comment_calls_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'in_doubt'::text, 'discarded'::text])))
);
ALTER TABLE ONLY public.comment_calls FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.comment_calls.reply_id IS 'The comment of ours that it becomes.';
COMMENT ON COLUMN public.comment_calls.error IS 'What went wrong in our own worker; error_code and error_message are what the team sees.';
CREATE TABLE public.comment_looks (
    workspace_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.comment_looks FORCE ROW LEVEL SECURITY;
CREATE TABLE public.comment_watches (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    good_at timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.comment_watches FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.comment_watches.good_at IS 'When its comments were last read and nothing went wrong.';
CREATE TABLE public.comments (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    comment_key text NOT NULL,
    ig_id text,
    kind text NOT NULL,
    media_ig_id text,
    media jsonb NOT NULL,
    parent_ig_id text,
    author_ig_id text,
    author_username text,
    text text,
    is_own boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    hidden boolean DEFAULT false NOT NULL,
    deleted_at timestamp with time zone,
    is_archived boolean DEFAULT false NOT NULL,
    delivery_id uuid,
    version bigint DEFAULT 1 NOT NULL,
    edited_at timestamp with time zone,
    is_liked boolean DEFAULT false NOT NULL,
    done_at timestamp with time zone,
    done_by text,
    assignee_id uuid,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    notes jsonb DEFAULT '[]'::jsonb NOT NULL,
    status text,
    client_key text,
    client_digest bytea,
    written_by text,
    pending text,
    error_code text,
    error_message text,
    looked_at timestamp with time zone,
    is_done_by_answer boolean DEFAULT false NOT NULL,
    CONSTRAINT comments_client_key_check CHECK ((client_key <> ''::text)),
    CONSTRAINT comments_comment_key_check CHECK ((comment_key <> ''::text)),
    CONSTRAINT comments_kind_check CHECK ((kind = ANY (ARRAY['comment'::text, 'live_comment'::text, 'mention'::text]))),
    CONSTRAINT comments_pending_check CHECK ((pending = ANY (ARRAY['hide'::text, 'unhide'::text, 'delete'::text, 'like'::text, 'unlike'::text]))),
    CONSTRAINT comments_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'in_doubt'::text])))
);
ALTER TABLE ONLY public.comments FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.comments.notes IS 'Remarks for the team, oldest first: {id, author, text, created_at}.';
COMMENT ON COLUMN public.comments.status IS 'Of what is written here: how far it is. NULL: Instagram told it.';
COMMENT ON COLUMN public.comments.written_by IS 'Who of us wrote it; NULL: it was not written here.';
COMMENT ON COLUMN public.comments.pending IS 'What is shown already and Instagram has not confirmed yet.';
COMMENT ON COLUMN public.comments.error_code IS 'What became of the last thing that was tried with it, where that went wrong.';
COMMENT ON COLUMN public.comments.looked_at IS 'When it was last read at Instagram, or asked for.';
COMMENT ON COLUMN public.comments.is_done_by_answer IS 'Done because it was answered: open again when no answer stands.';
CREATE TABLE public.conversations (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    snoozed_until timestamp with time zone,
    assignee_id uuid,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    unread_count integer DEFAULT 0 NOT NULL,
    read_up_to timestamp with time zone NOT NULL,
    seen_up_to timestamp with time zone,
    last_message_id uuid,
    last_message_at timestamp with time zone,
    last_message_preview text,
    last_message_direction text,
    last_message_status text,
    window_opened_at timestamp with time zone,
    window_opened_by text,
    thread_owner_app_id text,
    thread_owner_at timestamp with time zone,
    handled_elsewhere boolean DEFAULT false NOT NULL,
    is_self boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    window_refused_at timestamp with time zone,
    earlier text DEFAULT 'unknown'::text NOT NULL,
    earlier_reason text,
    history_up_to timestamp with time zone,
    unreachable_at timestamp with time zone,
    archived_at timestamp with time zone,
    kept_open_since timestamp with time zone,
    CONSTRAINT conversations_check CHECK (((status = 'snoozed'::text) = (snoozed_until IS NOT NULL))),
    CONSTRAINT conversations_check1 CHECK (((last_message_id IS NULL) = (last_message_at IS NULL))),
    CONSTRAINT conversations_earlier_check CHECK ((earlier = ANY (ARRAY['unknown'::text, 'asking'::text, 'more'::text, 'hidden'::text, 'none'::text, 'refused'::text]))),
    CONSTRAINT conversations_last_message_direction_check CHECK ((last_message_direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
    CONSTRAINT conversations_status_check CHECK ((status = ANY (ARRAY['open'::text, 'snoozed'::text, 'closed'::text]))),
    CONSTRAINT conversations_unread_count_check CHECK ((unread_count >= 0)),
    CONSTRAINT conversations_window_opened_by_check CHECK ((window_opened_by = ANY (ARRAY['message'::text, 'postback'::text, 'referral'::text])))
)
WITH (fillfactor='80');
ALTER TABLE ONLY public.conversations FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.conversations.window_refused_at IS 'When Instagram last refused an answer because the window was closed.';
COMMENT ON COLUMN public.conversations.earlier IS 'Whether Instagram has messages older than the oldest here: whoever asks learns it.';
COMMENT ON COLUMN public.conversations.history_up_to IS 'Meta''s time of the last activity when all that it shows was read.';
COMMENT ON COLUMN public.conversations.unreachable_at IS 'When Instagram last said that the participant cannot be reached; NULL once they wrote.';
COMMENT ON COLUMN public.conversations.archived_at IS 'Since when it is in the archive; all its messages are archived then.';
COMMENT ON COLUMN public.conversations.kept_open_since IS 'When somebody brought it back from the archive: it stays for as long as if it had been written to then.';
CREATE TABLE public.deliveries (
    id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    app_id uuid,
    body bytea NOT NULL
)
PARTITION BY RANGE (id);
CREATE TABLE public.deliveries_other (
    id uuid CONSTRAINT deliveries_id_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT deliveries_received_at_not_null NOT NULL,
    app_id uuid,
    body bytea CONSTRAINT deliveries_body_not_null NOT NULL
);
CREATE TABLE public.delivery_parts (
    workspace_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    account_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    events integer NOT NULL,
    unknown integer NOT NULL,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    CONSTRAINT delivery_parts_check CHECK (((state = 'stored'::text) = (due_at IS NOT NULL))),
    CONSTRAINT delivery_parts_state_check CHECK ((state = ANY (ARRAY['stored'::text, 'failed'::text, 'unclaimed'::text, 'applied'::text, 'ignored'::text])))
);
ALTER TABLE ONLY public.delivery_parts FORCE ROW LEVEL SECURITY;
CREATE TABLE public.delivery_queue (
    delivery_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
)
WITH (autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='5000', fillfactor='70');
CREATE TABLE public.earlier_fetches (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.earlier_fetches FORCE ROW LEVEL SECURITY;
CREATE TABLE public.erasures (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    mid text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.erasures FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event_counts (
    name text NOT NULL,
    on_day date NOT NULL,
    count bigint NOT NULL
);
COMMENT ON TABLE public.event_counts IS 'How often something happened that an operator should see: unknown kinds, refused signatures, dashboard tests.';
CREATE TABLE public.exports (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid,
    title text NOT NULL,
    state text NOT NULL,
    asked_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone,
    messages integer DEFAULT 0 NOT NULL,
    files integer DEFAULT 0 NOT NULL,
    size_bytes bigint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT exports_check CHECK (((kind = 'account'::text) = (conversation_id IS NULL))),
    CONSTRAINT exports_kind_check CHECK ((kind = ANY (ARRAY['conversation'::text, 'person'::text, 'account'::text]))),
    CONSTRAINT exports_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'withdrawn'::text])))
);
ALTER TABLE ONLY public.exports FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.exports.due_at IS 'When to go on making it; of one that is made or withdrawn, when to remove its file.';
CREATE TABLE public.handed_files (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    digest bytea NOT NULL,
    kind text NOT NULL,
    attachment_id text NOT NULL,
    handed_at timestamp with time zone NOT NULL,
    CONSTRAINT handed_files_attachment_id_check CHECK ((attachment_id <> ''::text))
);
ALTER TABLE ONLY public.handed_files FORCE ROW LEVEL SECURITY;
CREATE TABLE public.heartbeats (
    name text NOT NULL,
    beaten_at timestamp with time zone NOT NULL,
    down_from timestamp with time zone,
    down_until timestamp with time zone
);
CREATE TABLE public.insight_media (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    ig_id text NOT NULL,
    kind text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    refused text,
    CONSTRAINT insight_media_ig_id_check CHECK ((ig_id <> ''::text)),
    CONSTRAINT insight_media_kind_check CHECK ((kind = ANY (ARRAY['post'::text, 'reel'::text, 'story'::text])))
);
ALTER TABLE ONLY public.insight_media FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.insight_media.refused IS 'Why Meta will never give numbers of it; then it is not asked again.';
CREATE TABLE public.insight_values (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    media_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    period text NOT NULL COLLATE pg_catalog."C",
    end_time timestamp with time zone NOT NULL,
    metric text NOT NULL COLLATE pg_catalog."C",
    breakdown text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    dimensions text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    value double precision,
    corrections jsonb,
    read_at timestamp with time zone NOT NULL,
    CONSTRAINT insight_values_metric_check CHECK ((metric <> ''::text)),
    CONSTRAINT insight_values_period_check CHECK ((period <> ''::text))
);
ALTER TABLE ONLY public.insight_values FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.insight_values.media_id IS 'Meta''s id of a post, reel or story; empty: of the account itself.';
COMMENT ON COLUMN public.insight_values.dimensions IS 'Which part of the breakdown; empty: the whole.';
COMMENT ON COLUMN public.insight_values.value IS 'NULL: Instagram was asked and gave none, which is not 0.';
COMMENT ON COLUMN public.insight_values.corrections IS 'What it was before Meta corrected it, oldest first: {value, read_at}.';
CREATE TABLE public.insight_watches (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    began_at timestamp with time zone NOT NULL,
    night_at timestamp with time zone,
    good_at timestamp with time zone,
    good_until date,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.insight_watches FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.insight_watches.night_at IS 'When its next nightly run begins; between two nights only stories are looked at. NULL: nobody has decided yet.';
COMMENT ON COLUMN public.insight_watches.good_at IS 'When a run last ended well.';
COMMENT ON COLUMN public.insight_watches.good_until IS 'The last day that such a run has read.';
CREATE TABLE public.integrations (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    access_token bytea NOT NULL,
    expires_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    refreshed_at timestamp with time zone,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    platform text DEFAULT 'instagram'::text NOT NULL,
    node_id text,
    scopes text[],
    missing text[],
    user_id uuid,
    scoped_id text,
    user_token bytea,
    user_token_expires_at timestamp with time zone,
    mending_until timestamp with time zone,
    CONSTRAINT integrations_node_id_check CHECK ((node_id <> ''::text)),
    CONSTRAINT integrations_page CHECK (((platform = 'instagram'::text) OR (node_id IS NOT NULL))),
    CONSTRAINT integrations_platform_check CHECK ((platform = ANY (ARRAY['instagram'::text, 'facebook'::text]))),
    CONSTRAINT integrations_scoped_id_check CHECK ((scoped_id <> ''::text))
);
ALTER TABLE ONLY public.integrations FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.integrations.access_token IS 'AES-GCM: key id, nonce, ciphertext; bound to this row as associated data.';
COMMENT ON COLUMN public.integrations.issued_at IS 'When Meta gave out this very token, as far as we know: before a day has passed it renews none.';
COMMENT ON COLUMN public.integrations.due_at IS 'When to renew it; NULL: never, because it is dead.';
COMMENT ON COLUMN public.integrations.error IS 'Why it could not be renewed the last time.';
COMMENT ON COLUMN public.integrations.platform IS 'Which of Meta''s two logins connected it.';
COMMENT ON COLUMN public.integrations.node_id IS 'The Page that messages go through; NULL with Instagram''s own login.';
COMMENT ON COLUMN public.integrations.scopes IS 'What its owner granted; NULL: unknown.';
COMMENT ON COLUMN public.integrations.missing IS 'What does not work, a sentence each, as the test of each permission said; NULL: never tested.';
COMMENT ON COLUMN public.integrations.user_id IS 'The agent who connected it.';
COMMENT ON COLUMN public.integrations.scoped_id IS 'Under which id Meta names its owner to this app, when the app is removed.';
COMMENT ON COLUMN public.integrations.user_token IS 'Facebook: the person''s own token, sealed as the access token is; the Page''s is derived from it.';
COMMENT ON COLUMN public.integrations.mending_until IS 'A worker finds out whether its token is dead, and derives another, until then at the latest.';
CREATE TABLE public.labels (
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT labels_name_check CHECK ((name <> ''::text))
);
ALTER TABLE ONLY public.labels FORCE ROW LEVEL SECURITY;
CREATE TABLE public.legal_holds (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid,
    conversation_id uuid,
    reason text NOT NULL,
    placed_by text NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    released_by text,
    released_at timestamp with time zone,
    CONSTRAINT legal_holds_check CHECK (((released_at IS NULL) = (released_by IS NULL))),
    CONSTRAINT legal_holds_reason_check CHECK ((reason <> ''::text))
);
ALTER TABLE ONLY public.legal_holds FORCE ROW LEVEL SECURITY;
CREATE TABLE public.library_events (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    item_id uuid NOT NULL,
    type text NOT NULL,
    body jsonb NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    CONSTRAINT library_events_type_check CHECK ((type = ANY (ARRAY['created'::text, 'updated'::text, 'removed'::text])))
);
ALTER TABLE ONLY public.library_events FORCE ROW LEVEL SECURITY;
CREATE TABLE public.library_items (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    key uuid NOT NULL,
    media_id text,
    permalink text,
    caption text,
    author text,
    note text DEFAULT ''::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    first_sent_at timestamp with time zone NOT NULL,
    last_sent_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT library_items_kind_check CHECK ((kind = ANY (ARRAY['reel'::text, 'post'::text, 'story'::text, 'link'::text])))
);
ALTER TABLE ONLY public.library_items FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.library_items.key IS 'What makes two shares one: the digest of Meta''s id of the media, else of the link in its plain form.';
CREATE TABLE public.library_queue (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.library_queue FORCE ROW LEVEL SECURITY;
CREATE TABLE public.library_refusals (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    key uuid NOT NULL
);
ALTER TABLE ONLY public.library_refusals FORCE ROW LEVEL SECURITY;
CREATE TABLE public.library_sources (
    workspace_id uuid NOT NULL,
    item_id uuid NOT NULL,
    message_id uuid NOT NULL,
    "position" smallint NOT NULL,
    conversation_id uuid NOT NULL,
    sent_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.library_sources FORCE ROW LEVEL SECURITY;
CREATE TABLE public.mails (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    purpose text NOT NULL,
    sealed bytea,
    expires_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.mails FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.mails.id IS 'Of a code''s mail, the code''s.';
COMMENT ON COLUMN public.mails.sealed IS 'AES-GCM, bound to this row; null: it is too late to send it.';
CREATE TABLE public.media_fetches (
    workspace_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    "position" smallint NOT NULL,
    account_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    has_asked_anew boolean DEFAULT false NOT NULL,
    error text,
    host text DEFAULT ''::text NOT NULL
);
ALTER TABLE ONLY public.media_fetches FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.media_fetches.due_at IS 'The first time mirrored from when the message was sent, so that the newest come first.';
COMMENT ON COLUMN public.media_fetches.host IS 'Where the file is: so many at once of one host.';
CREATE TABLE public.media_objects (
    workspace_id uuid NOT NULL,
    digest bytea NOT NULL,
    content_type text NOT NULL,
    size_bytes bigint NOT NULL,
    width integer,
    height integer,
    duration_ms integer,
    placeholder text,
    has_thumbnail boolean DEFAULT false NOT NULL,
    kept_at timestamp with time zone NOT NULL,
    removing_since timestamp with time zone,
    CONSTRAINT media_objects_digest_check CHECK ((length(digest) = 32))
);
ALTER TABLE ONLY public.media_objects FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE public.media_objects IS 'A file in our storage, at {workspace}/{SHA-256}; the same picture is kept once.';
COMMENT ON COLUMN public.media_objects.placeholder IS 'A picture of a few pixels as a data URL, drawn until the real one is there.';
COMMENT ON COLUMN public.media_objects.removing_since IS 'The file is being removed, or is gone already: for everybody else there is none.';
CREATE TABLE public.media_removals (
    workspace_id uuid NOT NULL,
    digest bytea NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.media_removals FORCE ROW LEVEL SECURITY;
CREATE TABLE public.media_turns (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    is_of_people boolean DEFAULT false NOT NULL,
    after_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.media_turns FORCE ROW LEVEL SECURITY;
CREATE TABLE public.member_codes (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    digest bytea NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT member_codes_digest_check CHECK ((length(digest) = 32))
);
ALTER TABLE ONLY public.member_codes FORCE ROW LEVEL SECURITY;
CREATE TABLE public.member_sessions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    digest bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT member_sessions_digest_check CHECK ((length(digest) = 32))
);
ALTER TABLE ONLY public.member_sessions FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.member_sessions.digest IS 'SHA-256 of the cookie''s secret, which is kept nowhere.';
CREATE TABLE public.members (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    way text NOT NULL,
    user_id text NOT NULL,
    email text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT members_check CHECK (((way <> 'mail'::text) OR (email IS NOT NULL))),
    CONSTRAINT members_email_check CHECK (((email = lower(email)) AND (email <> ''::text))),
    CONSTRAINT members_user_id_check CHECK ((user_id <> ''::text)),
    CONSTRAINT members_way_check CHECK ((way = ANY (ARRAY['mail'::text, 'oidc'::text, 'page'::text])))
);
ALTER TABLE ONLY public.members FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.members.way IS 'Who said who they are: a code by mail, an OpenID provider, the company''s own page.';
COMMENT ON COLUMN public.members.user_id IS 'What participants.connected_user_id says: our id of those who came by mail, else the provider''s or the company''s.';
CREATE TABLE public.memberships (
    workspace_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'agent'::text])))
);
ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;
CREATE TABLE public.message_hints (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    mid text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.message_hints FORCE ROW LEVEL SECURITY;
CREATE TABLE public.message_sources (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    delivery_id uuid NOT NULL
);
ALTER TABLE ONLY public.message_sources FORCE ROW LEVEL SECURITY;
CREATE TABLE public.messages (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    mid text,
    mid_digest uuid,
    mid_is_guess boolean DEFAULT false NOT NULL,
    client_key text,
    client_digest bytea,
    direction text NOT NULL,
    author_kind text NOT NULL,
    author_name text,
    author_agent_id uuid,
    text text,
    reply_to_mid text,
    reply_to_story_id text,
    reactions jsonb DEFAULT '[]'::jsonb NOT NULL,
    quick_reply_payload text,
    postback_payload text,
    referral jsonb,
    sent_at timestamp with time zone NOT NULL,
    meta_sent_at text,
    edits jsonb DEFAULT '[]'::jsonb NOT NULL,
    num_edit integer DEFAULT 0 NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    processed boolean DEFAULT false NOT NULL,
    is_unsupported boolean DEFAULT false NOT NULL,
    is_standby boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    error_code text,
    error_message text,
    delivery_id uuid,
    version integer DEFAULT 1 NOT NULL,
    reply_to_story_url text,
    reply_to_story_link text,
    is_history boolean DEFAULT false NOT NULL,
    is_archived boolean DEFAULT false NOT NULL,
    CONSTRAINT messages_author_kind_check CHECK ((author_kind = ANY (ARRAY['participant'::text, 'agent'::text, 'rule'::text, 'schedule'::text, 'service'::text, 'instagram'::text]))),
    CONSTRAINT messages_check CHECK (((mid IS NULL) OR (mid_digest IS NOT NULL))),
    CONSTRAINT messages_check1 CHECK (((client_key IS NULL) = (client_digest IS NULL))),
    CONSTRAINT messages_client_key_check CHECK ((client_key <> ''::text)),
    CONSTRAINT messages_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
    CONSTRAINT messages_mid_check CHECK ((mid <> ''::text)),
    CONSTRAINT messages_status_check CHECK ((status = ANY (ARRAY['received'::text, 'scheduled'::text, 'held'::text, 'queued'::text, 'sending'::text, 'sent'::text, 'seen'::text, 'failed'::text, 'in_doubt'::text, 'discarded'::text])))
)
WITH (fillfactor='90');
ALTER TABLE ONLY public.messages FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.messages.mid_digest IS 'The first 16 bytes of the SHA-256 of the mid; of a postback without one, of what makes it unique.';
COMMENT ON COLUMN public.messages.mid_is_guess IS 'An echo was recognised as this answer by its text; the receipt may still say otherwise.';
COMMENT ON COLUMN public.messages.meta_sent_at IS 'The time exactly as Meta wrote it, where sent_at had to be clamped or guessed.';
COMMENT ON COLUMN public.messages.reply_to_story_url IS 'Where Meta keeps the story for now; never leaves the server.';
COMMENT ON COLUMN public.messages.reply_to_story_link IS 'The page that the story''s link sticker leads to.';
COMMENT ON COLUMN public.messages.is_history IS 'It was read at Instagram afterwards: nothing automatic may answer it.';
COMMENT ON COLUMN public.messages.is_archived IS 'Answered and old: no hot query reads it.';
CREATE TABLE public.meta_apps (
    id uuid NOT NULL,
    name text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    app_id text,
    instagram_app_id text,
    instagram_secret bytea,
    CONSTRAINT meta_apps_app_id_check CHECK ((app_id <> ''::text)),
    CONSTRAINT meta_apps_check CHECK (((instagram_app_id IS NULL) = (instagram_secret IS NULL))),
    CONSTRAINT meta_apps_instagram_app_id_check CHECK ((instagram_app_id <> ''::text))
);
COMMENT ON TABLE public.meta_apps IS 'Meta apps besides the one of the environment, which is NULL wherever an app is named. The secret is encrypted like a token.';
COMMENT ON COLUMN public.meta_apps.app_id IS 'Meta''s id of it: who has one lets accounts in by Facebook''s login.';
COMMENT ON COLUMN public.meta_apps.instagram_secret IS 'Of its Instagram login, sealed for this row.';
CREATE TABLE public.meta_requests (
    id uuid NOT NULL,
    kind text NOT NULL,
    user_digest bytea NOT NULL,
    code_digest bytea,
    asked_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    held_at timestamp with time zone,
    CONSTRAINT meta_requests_kind_check CHECK ((kind = ANY (ARRAY['deauthorize'::text, 'data_deletion'::text])))
);
COMMENT ON TABLE public.meta_requests IS 'The proof that a person asked and when it was done: a digest of who it was, and nothing they left.';
COMMENT ON COLUMN public.meta_requests.held_at IS 'Since when it waits for a hold to end; NULL: for none.';
CREATE TABLE public.notes (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT notes_text_check CHECK ((text <> ''::text))
);
ALTER TABLE ONLY public.notes FORCE ROW LEVEL SECURITY;
CREATE TABLE public.outbound_messages (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    message_id uuid,
    recipient_igsid text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    state text NOT NULL,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    refusals smallint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attempted_at timestamp with time zone,
    settled_at timestamp with time zone,
    remote_id text,
    error_code text,
    error_message text,
    error text,
    purpose text DEFAULT 'answer'::text NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    batch_id uuid,
    comment_id uuid,
    actor_name text,
    release_at timestamp with time zone,
    on_reply text,
    seen_message_id uuid,
    not_before timestamp with time zone,
    CONSTRAINT outbound_messages_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['agent'::text, 'rule'::text, 'schedule'::text, 'service'::text]))),
    CONSTRAINT outbound_messages_lane_check CHECK (((lane >= 0) AND (lane <= 2))),
    CONSTRAINT outbound_messages_on_reply_check CHECK ((on_reply = ANY (ARRAY['hold'::text, 'send'::text, 'cancel'::text]))),
    CONSTRAINT outbound_messages_purpose_check CHECK ((purpose = ANY (ARRAY['answer'::text, 'private_reply'::text, 'automation'::text, 'verification'::text, 'acknowledgement'::text, 'custom'::text])))
);
ALTER TABLE ONLY public.outbound_messages FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.outbound_messages.message_id IS 'The message it becomes; of a reaction, the message that is reacted to; of an indicator none.';
COMMENT ON COLUMN public.outbound_messages.refusals IS 'Definite transient refusals so far; three may be retried.';
COMMENT ON COLUMN public.outbound_messages.error IS 'What went wrong in our own worker; error_code and error_message are what the team sees.';
COMMENT ON COLUMN public.outbound_messages.lane IS 'Who goes first: 0 people, 1 schedules, 2 rules and programs.';
COMMENT ON COLUMN public.outbound_messages.batch_id IS 'The first call of what was written as one: a long text or several files go out in order.';
COMMENT ON COLUMN public.outbound_messages.release_at IS 'When a scheduled one is to be queued.';
COMMENT ON COLUMN public.outbound_messages.on_reply IS 'What becomes of a scheduled one when the participant writes before it is due.';
COMMENT ON COLUMN public.outbound_messages.seen_message_id IS 'Of a scheduled one: the newest message of the participant when it was scheduled, or looked at again.';
COMMENT ON COLUMN public.outbound_messages.not_before IS 'It stays here until then, although nothing is before it: it may still be taken back, or Meta refused it for a moment.';
CREATE TABLE public.own_counts (
    workspace_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    seq bigint,
    counted_up_to timestamp with time zone
);
ALTER TABLE ONLY public.own_counts FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.own_counts.seq IS 'Up to where the change feed has been followed; NULL: count everything, from the first message on.';
CREATE TABLE public.own_days (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    received integer NOT NULL,
    sent integer NOT NULL,
    automatic integer NOT NULL,
    responses integer NOT NULL,
    response_s bigint NOT NULL,
    response_times integer[] NOT NULL,
    resolutions integer NOT NULL,
    resolution_s bigint NOT NULL,
    resolution_times integer[] NOT NULL,
    windows_missed integer NOT NULL
);
ALTER TABLE ONLY public.own_days FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE public.own_days IS 'The quarter-hours of own_numbers added up by days of UTC, which begin at `at`: always in the transaction that counts them.';
CREATE TABLE public.own_numbers (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    received integer NOT NULL,
    sent integer NOT NULL,
    automatic integer NOT NULL,
    responses integer NOT NULL,
    response_s bigint NOT NULL,
    response_times integer[] NOT NULL,
    resolutions integer NOT NULL,
    resolution_s bigint NOT NULL,
    resolution_times integer[] NOT NULL,
    windows_missed integer NOT NULL
);
ALTER TABLE ONLY public.own_numbers FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE public.own_numbers IS 'What happened in a quarter-hour that begins at `at`; made from messages and closings, and made anew whenever these change.';
COMMENT ON COLUMN public.own_numbers.account_id IS 'All zeros: of all accounts.';
COMMENT ON COLUMN public.own_numbers.agent_id IS 'All zeros: of everybody, and of nobody.';
COMMENT ON COLUMN public.own_numbers.response_times IS 'How many responses took how long, by the bounds in store/own_numbers.py; empty: there were none.';
CREATE TABLE public.parked_events (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mid_digest uuid NOT NULL,
    event_key bytea NOT NULL,
    event bytea NOT NULL,
    parked_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.parked_events FORCE ROW LEVEL SECURITY;
CREATE TABLE public.participants (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    igsid text NOT NULL,
    username text,
    name text,
    avatar_url text,
    follower_count bigint,
    connected_user_id text,
    created_at timestamp with time zone NOT NULL,
    avatar_digest bytea,
    avatar_source_url text,
    avatar_error text,
    avatar_kept_at timestamp with time zone,
    is_follower boolean,
    is_followed boolean,
    is_verified boolean,
    linked_lead_id text,
    profile_read_at timestamp with time zone,
    profile_asked_at timestamp with time zone,
    profile_error text,
    profile_turn_at timestamp with time zone DEFAULT '2010-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    avatar_fetch_failed boolean DEFAULT false NOT NULL,
    picture_reported_at timestamp with time zone,
    connected_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    CONSTRAINT participants_igsid_check CHECK ((igsid <> ''::text))
);
ALTER TABLE ONLY public.participants FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.participants.connected_user_id IS 'The member (customer who connected) that this profile belongs to.';
COMMENT ON COLUMN public.participants.avatar_kept_at IS 'Since when our copy of the picture is kept.';
COMMENT ON COLUMN public.participants.is_follower IS 'They follow the account.';
COMMENT ON COLUMN public.participants.is_followed IS 'The account follows them.';
COMMENT ON COLUMN public.participants.linked_lead_id IS 'What another system calls this person; opaque, set through the API.';
COMMENT ON COLUMN public.participants.profile_read_at IS 'When Meta last told who this is.';
COMMENT ON COLUMN public.participants.profile_asked_at IS 'When somebody asked to have it read anew; null once that is answered.';
COMMENT ON COLUMN public.participants.profile_error IS 'Why the last reading brought nothing.';
COMMENT ON COLUMN public.participants.profile_turn_at IS 'When the profile was last read, refused or put in line: the oldest is next.';
COMMENT ON COLUMN public.participants.picture_reported_at IS 'When a browser last said that the picture is broken.';
COMMENT ON COLUMN public.participants.acknowledged_at IS 'When they were last told by itself that what they sent has come.';
CREATE TABLE public.post_fetches (
    workspace_id uuid NOT NULL,
    post_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.post_fetches FORCE ROW LEVEL SECURITY;
CREATE TABLE public.posts (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    ig_id text NOT NULL,
    is_own boolean,
    product_type text,
    media_type text,
    caption text,
    permalink text,
    owner_username text,
    published_at timestamp with time zone,
    comments_enabled boolean,
    comments_count integer,
    ended_at timestamp with time zone,
    read_at timestamp with time zone,
    refused text,
    picture_source_url text,
    picture_url text,
    picture_digest bytea,
    picture_kept_at timestamp with time zone,
    picture_error text,
    pending text,
    error_code text,
    error_message text,
    last_comment_at timestamp with time zone,
    synced_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT posts_ig_id_check CHECK ((ig_id <> ''::text)),
    CONSTRAINT posts_pending_check CHECK ((pending = ANY (ARRAY['comments_on'::text, 'comments_off'::text])))
);
ALTER TABLE ONLY public.posts FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.posts.is_own IS 'Whether it is the account''s own; NULL: nobody has read it yet.';
COMMENT ON COLUMN public.posts.comments_count IS 'How many comments Instagram counted when its comments were last read.';
COMMENT ON COLUMN public.posts.ended_at IS 'Of a broadcast: since when it is known to be over.';
COMMENT ON COLUMN public.posts.refused IS 'Why Instagram does not show it.';
COMMENT ON COLUMN public.posts.synced_at IS 'When its comments were last read.';
CREATE TABLE public.profile_fetches (
    workspace_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    state text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    is_refresh boolean DEFAULT false NOT NULL,
    wants_picture boolean DEFAULT false NOT NULL,
    CONSTRAINT profile_fetches_state_check CHECK ((state = ANY (ARRAY['due'::text, 'waiting'::text])))
);
ALTER TABLE ONLY public.profile_fetches FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.profile_fetches.is_refresh IS 'We know somebody already: one at a time, after all who are not known or asked for.';
COMMENT ON COLUMN public.profile_fetches.wants_picture IS 'Fetch the picture whatever we have.';
CREATE TABLE public.readers (
    workspace_id uuid NOT NULL,
    role name NOT NULL
);
ALTER TABLE ONLY public.readers FORCE ROW LEVEL SECURITY;
CREATE TABLE public.rule_books (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    live text[] DEFAULT '{}'::text[] NOT NULL,
    no_answer integer[] DEFAULT '{}'::integer[] NOT NULL,
    window_closing integer[] DEFAULT '{}'::integer[] NOT NULL,
    settings jsonb NOT NULL
);
ALTER TABLE ONLY public.rule_books FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.rule_books.version IS 'Grows with every change of a rule or of the settings: whoever keeps compiled rules sees that they are old.';
COMMENT ON COLUMN public.rule_books.no_answer IS 'After how many minutes without an answer some rule wants to know.';
CREATE TABLE public.rule_calls (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    rule_name text NOT NULL,
    url text NOT NULL,
    conversation_id uuid,
    kind text NOT NULL,
    subject_id uuid,
    at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.rule_calls FORCE ROW LEVEL SECURITY;
CREATE TABLE public.rule_events (
    workspace_id uuid NOT NULL,
    event_key uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid,
    kind text NOT NULL,
    subject_id uuid,
    minutes integer,
    at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    CONSTRAINT rule_events_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'comment'::text, 'reaction'::text, 'referral'::text, 'no_answer'::text, 'window_closing'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='5000', fillfactor='70');
ALTER TABLE ONLY public.rule_events FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.rule_events.subject_id IS 'The message or comment; of a reaction the message that carries it; of what only time brings NULL.';
CREATE TABLE public.rule_fires (
    workspace_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    event_key uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid,
    person text NOT NULL,
    version integer NOT NULL,
    is_watch boolean NOT NULL,
    sends boolean NOT NULL,
    outcome text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT rule_fires_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'partly'::text, 'refused'::text, 'watched'::text])))
);
ALTER TABLE ONLY public.rule_fires FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.rule_fires.person IS 'The IGSID of whoever it was for.';
CREATE TABLE public.rule_people (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    opted_out_at timestamp with time zone,
    paused_until timestamp with time zone,
    pause_reason text,
    resumed_at timestamp with time zone
);
ALTER TABLE ONLY public.rule_people FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.rule_people.resumed_at IS 'Answers of people before this moment pause nothing any more.';
CREATE TABLE public.rule_runs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid,
    kind text NOT NULL,
    subject_id uuid,
    event_key uuid NOT NULL,
    person text NOT NULL,
    book_version integer NOT NULL,
    looked jsonb NOT NULL,
    passed_over integer NOT NULL,
    fires jsonb NOT NULL,
    has_fired boolean NOT NULL,
    quiet text,
    at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.rule_runs FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.rule_runs.passed_over IS 'Rules of the trigger that were not looked at one by one: none of their words occurs in the text.';
COMMENT ON COLUMN public.rule_runs.quiet IS 'Why no rule was asked at all.';
CREATE TABLE public.rule_versions (
    workspace_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    version integer NOT NULL,
    mode text NOT NULL,
    definition jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL
);
ALTER TABLE ONLY public.rule_versions FORCE ROW LEVEL SECURITY;
CREATE TABLE public.rules (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    "position" integer NOT NULL,
    mode text NOT NULL,
    definition jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by uuid NOT NULL,
    CONSTRAINT rules_mode_check CHECK ((mode = ANY (ARRAY['on'::text, 'off'::text, 'watch'::text])))
);
ALTER TABLE ONLY public.rules FORCE ROW LEVEL SECURITY;
CREATE TABLE public.runs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    what text NOT NULL,
    state text NOT NULL,
    asked_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    place text,
    page_size integer DEFAULT 25 NOT NULL,
    calls integer DEFAULT 0 NOT NULL,
    conversations_total integer,
    conversations_read integer DEFAULT 0 NOT NULL,
    conversations_skipped integer DEFAULT 0 NOT NULL,
    messages_read integer DEFAULT 0 NOT NULL,
    messages_new integer DEFAULT 0 NOT NULL,
    people integer DEFAULT 0 NOT NULL,
    waiting_until timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    version integer DEFAULT 1 NOT NULL,
    unreadable integer DEFAULT 0 NOT NULL,
    passes integer DEFAULT 0 NOT NULL,
    attempts_before integer DEFAULT 0 NOT NULL,
    steps_total integer,
    steps_done integer DEFAULT 0 NOT NULL,
    values_new integer DEFAULT 0 NOT NULL,
    comments_new integer DEFAULT 0 NOT NULL,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'stopped'::text]))),
    CONSTRAINT runs_what_check CHECK ((what = ANY (ARRAY['messages'::text, 'profiles'::text, 'insights'::text, 'comments'::text])))
);
ALTER TABLE ONLY public.runs FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.runs.unreadable IS 'Messages and conversations that could not be understood or kept.';
COMMENT ON COLUMN public.runs.passes IS 'How often the list was read to its end: what moves meanwhile jumps over the place that is read.';
COMMENT ON COLUMN public.runs.attempts_before IS 'The attempts before the one that last got further: they count no more.';
CREATE TABLE public.saved_replies (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    owner_id uuid,
    shortcut text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT saved_replies_shortcut_check CHECK ((shortcut <> ''::text)),
    CONSTRAINT saved_replies_text_check CHECK ((text <> ''::text))
);
ALTER TABLE ONLY public.saved_replies FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.saved_replies.owner_id IS 'Whose alone it is; NULL: everybody''s of the workspace.';
CREATE TABLE public.schedules (
    name text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_run_at timestamp with time zone,
    error text
);
CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    digest bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.search_entries (
    workspace_id uuid NOT NULL,
    kind smallint NOT NULL,
    subject_id uuid NOT NULL,
    conversation_id uuid,
    words text[] NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE ONLY public.search_entries FORCE ROW LEVEL SECURITY;
CREATE TABLE public.search_indexes (
    workspace_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    seq bigint,
    messages_from uuid,
    conversations_from uuid,
    notes_from uuid,
    is_whole boolean DEFAULT false NOT NULL,
    comments_from uuid,
    has_comments boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY public.search_indexes FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.search_indexes.seq IS 'Up to where the change feed has been followed; NULL: index everything, the newest first.';
COMMENT ON COLUMN public.search_indexes.messages_from IS 'The oldest message that was reached on the way back; NULL: none yet.';
COMMENT ON COLUMN public.search_indexes.has_comments IS 'Whether all comments that were there before are indexed.';
CREATE TABLE public.search_words (
    workspace_id uuid NOT NULL,
    kind smallint NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    subject_id uuid NOT NULL
);
ALTER TABLE ONLY public.search_words FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.search_words.kind IS '1 a message, 2 a person (by their conversation), 3 a note, 4 the labels of a conversation, 5 a comment.';
CREATE TABLE public.sessions (
    digest bytea NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    agent_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    label text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT sessions_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT sessions_kind_check CHECK ((kind = ANY (ARRAY['browser'::text, 'token'::text])))
);
COMMENT ON COLUMN public.sessions.digest IS 'SHA-256 of the cookie or bearer token; the token itself is stored nowhere.';
CREATE TABLE public.setup_links (
    digest bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT setup_links_digest_check CHECK ((octet_length(digest) = 32))
);
CREATE TABLE public.sign_in_attempts (
    subject text NOT NULL,
    attempted_at timestamp with time zone NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.snoozes (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.snoozes FORCE ROW LEVEL SECURITY;
CREATE TABLE public.spent_states (
    digest bytea NOT NULL,
    spent_at timestamp with time zone NOT NULL
);
CREATE TABLE public.stale_hours (
    workspace_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL
);
ALTER TABLE ONLY public.stale_hours FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE public.stale_hours IS 'Hours that have changed since they were counted. Each mark is a row of its own: who marks an hour and who counts it never wait for each other, and no mark is taken before it is committed.';
CREATE TABLE public.sync_runs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    user_id uuid,
    asked_by text NOT NULL,
    state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    calls integer DEFAULT 0 NOT NULL,
    since date,
    until date,
    metrics text[],
    reaches_back boolean DEFAULT false NOT NULL,
    success boolean DEFAULT false NOT NULL,
    answered integer DEFAULT 0 NOT NULL,
    total_inserted integer DEFAULT 0 NOT NULL,
    total_changed integer DEFAULT 0 NOT NULL,
    total_unchanged integer DEFAULT 0 NOT NULL,
    metrics_inserted jsonb DEFAULT '{}'::jsonb NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    error text,
    CONSTRAINT sync_runs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'stopped'::text])))
);
ALTER TABLE ONLY public.sync_runs FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.sync_runs.user_id IS 'The agent who connected the account, where one did.';
COMMENT ON COLUMN public.sync_runs.reaches_back IS 'Reads as far back as Meta has numbers.';
COMMENT ON COLUMN public.sync_runs.answered IS 'Questions that Meta answered, also with nothing.';
CREATE TABLE public.unrouted_parts (
    delivery_id uuid NOT NULL,
    ig_id text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    events integer NOT NULL,
    unknown integer NOT NULL,
    error text,
    CONSTRAINT unrouted_parts_state_check CHECK ((state = ANY (ARRAY['failed'::text, 'unclaimed'::text, 'ignored'::text])))
);
CREATE TABLE public.uploads (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    digest bytea NOT NULL,
    kind text NOT NULL,
    content_type text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT uploads_kind_check CHECK ((kind = ANY (ARRAY['image'::text, 'video'::text, 'audio'::text, 'file'::text])))
);
ALTER TABLE ONLY public.uploads FORCE ROW LEVEL SECURITY;
CREATE TABLE public.verification_tokens (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    digest bytea NOT NULL,
    seed bytea NOT NULL,
    message_id uuid,
    event_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    consumed_at timestamp with time zone,
    replaced_at timestamp with time zone,
    offers integer DEFAULT 0 NOT NULL,
    offer_id uuid,
    CONSTRAINT verification_tokens_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT verification_tokens_event_id_check CHECK ((event_id <> ''::text)),
    CONSTRAINT verification_tokens_seed_check CHECK ((octet_length(seed) = 32))
);
ALTER TABLE ONLY public.verification_tokens FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.verification_tokens.digest IS 'SHA-256 of the token; the token itself is stored nowhere.';
COMMENT ON COLUMN public.verification_tokens.seed IS 'From these random bytes and a key of the installation, which is not in the database, the token follows.';
COMMENT ON COLUMN public.verification_tokens.message_id IS 'The message that it was made for, where we have it.';
COMMENT ON COLUMN public.verification_tokens.event_id IS 'What it was made for: a mid, or what another program calls it.';
COMMENT ON COLUMN public.verification_tokens.replaced_at IS 'When another took its place, after it had expired.';
COMMENT ON COLUMN public.verification_tokens.offers IS 'How often its link was queued to be sent.';
COMMENT ON COLUMN public.verification_tokens.offer_id IS 'The newest message with its link.';
CREATE TABLE public.webhook_tallies (
    on_hour timestamp with time zone NOT NULL,
    kept bigint NOT NULL,
    unsigned bigint NOT NULL
);
COMMENT ON TABLE public.webhook_tallies IS 'Deliveries that were kept, and those that were refused because their signature is missing or wrong.';
CREATE TABLE public.welcomes (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
ALTER TABLE ONLY public.welcomes FORCE ROW LEVEL SECURITY;
CREATE TABLE public.work_kinds (
    kind text NOT NULL,
    of_table text NOT NULL,
    waiting text NOT NULL
);
COMMENT ON TABLE public.work_kinds IS 'The kinds of store/claims.py. Only migrations write here: the function below runs what stands in it.';
COMMENT ON COLUMN public.work_kinds.waiting IS 'The condition under which a row of the table waits at all.';
CREATE TABLE public.workspaces (
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    stopped_at timestamp with time zone,
    stopped_by text,
    CONSTRAINT workspaces_check CHECK (((stopped_at IS NULL) = (stopped_by IS NULL))),
    CONSTRAINT workspaces_name_check CHECK ((name <> ''::text))
);
ALTER TABLE ONLY public.workspaces FORCE ROW LEVEL SECURITY;
CREATE VIEW views.instagram_profiles WITH (security_invoker='true') AS
 SELECT p.igsid AS ig_id,
    p.username,
    p.name AS display_name,
    p.avatar_url AS profile_pic_url,
    p.follower_count,
    p.connected_user_id,
    p.connected_at,
    p.created_at,
    a.ig_id AS account_ig_id,
    p.workspace_id
   FROM (public.participants p
     JOIN public.accounts a ON (((a.workspace_id = p.workspace_id) AND (a.id = p.account_id))));
CREATE VIEW views.messages WITH (security_invoker='true') AS
 SELECT COALESCE(m.mid, (m.id)::text) AS id,
    p.igsid AS sender_ig_id,
    a.ig_id AS recipient_ig_id,
    m.text AS message_text,
    ( SELECT jsonb_agg(jsonb_build_object('type', t.kind, 'title', t.title, 'permalink', t.permalink, 'state', t.state, 'content_type', t.content_type, 'size_bytes', t.size_bytes, 'url',
                CASE
                    WHEN ((t.state = ANY (ARRAY['stored'::text, 'relayed'::text])) AND (t.content_type IS NOT NULL)) THEN concat('/media/messages/', m.conversation_id, '/', m.id, '-', t."position", '.',
                    CASE t.content_type
                        WHEN 'image/jpeg'::text THEN 'jpg'::text
                        WHEN 'audio/mp4'::text THEN 'm4a'::text
                        ELSE split_part(t.content_type, '/'::text, 2)
                    END, ('?v='::text || "left"(encode(t.digest, 'hex'::text), 12)))
                    ELSE NULL::text
                END) ORDER BY t."position") AS jsonb_agg
           FROM public.attachments t
          WHERE ((t.workspace_id = m.workspace_id) AND (t.message_id = m.id) AND (t."position" < 100))) AS attachments,
    m.sent_at AS "timestamp",
    m.processed,
    m.edited_at,
    m.deleted_at,
    m.workspace_id
   FROM (((public.messages m
     JOIN public.conversations c ON (((c.workspace_id = m.workspace_id) AND (c.id = m.conversation_id))))
     JOIN public.participants p ON (((p.workspace_id = c.workspace_id) AND (p.id = c.participant_id))))
     JOIN public.accounts a ON (((a.workspace_id = m.workspace_id) AND (a.id = m.account_id))))
  WHERE (m.direction = 'inbound'::text);
CREATE VIEW views.outbound_messages WITH (security_invoker='true') AS
 SELECT o.id,
    o.recipient_igsid AS recipient_ig_id,
    o.purpose AS kind,
    o.payload,
        CASE
            WHEN (o.state = 'sent'::text) THEN 'sent'::text
            WHEN (o.state = ANY (ARRAY['failed'::text, 'discarded'::text])) THEN 'failed'::text
            ELSE 'pending'::text
        END AS status,
    (o.refusals +
        CASE
            WHEN ((o.attempted_at IS NULL) OR (o.state = 'queued'::text)) THEN 0
            ELSE 1
        END) AS attempts,
    o.remote_id AS remote_message_id,
        CASE
            WHEN (o.state = 'discarded'::text) THEN 'discarded'::text
            ELSE NULLIF(concat_ws(': '::text, o.error_code, o.error_message), ''::text)
        END AS error,
    o.created_at,
    o.attempted_at,
    o.settled_at,
    a.ig_id AS account_ig_id,
    o.workspace_id
   FROM (public.outbound_messages o
     JOIN public.accounts a ON (((a.workspace_id = o.workspace_id) AND (a.id = o.account_id))))
  WHERE (o.kind <> ALL (ARRAY['reaction'::text, 'typing'::text, 'seen'::text]));
CREATE VIEW views.verification_tokens WITH (security_invoker='true') AS
 SELECT encode(t.digest, 'hex'::text) AS token_hash,
    p.igsid AS ig_id,
    t.expires_at,
    (t.consumed_at IS NOT NULL) AS consumed,
    t.event_id AS created_by_event_id,
    t.created_at,
    t.consumed_at,
    a.ig_id AS account_ig_id,
    t.workspace_id
   FROM ((public.verification_tokens t
     JOIN public.participants p ON (((p.workspace_id = t.workspace_id) AND (p.id = t.participant_id))))
     JOIN public.accounts a ON (((a.workspace_id = t.workspace_id) AND (a.id = t.account_id))));
ALTER TABLE ONLY public.changes ATTACH PARTITION public.changes_other DEFAULT;
ALTER TABLE ONLY public.deliveries ATTACH PARTITION public.deliveries_other DEFAULT;
ALTER TABLE ONLY public.account_errands
    ADD CONSTRAINT account_errands_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.account_errands
    ADD CONSTRAINT account_errands_workspace_id_state_digest_key UNIQUE (workspace_id, state_digest);
ALTER TABLE ONLY public.account_routes
    ADD CONSTRAINT account_routes_account_id_key UNIQUE (account_id);
ALTER TABLE ONLY public.account_routes
    ADD CONSTRAINT account_routes_pkey PRIMARY KEY (ig_id);
ALTER TABLE ONLY public.account_watches
    ADD CONSTRAINT account_watches_pkey PRIMARY KEY (workspace_id, account_id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_workspace_id_ig_id_key UNIQUE (workspace_id, ig_id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_pkey PRIMARY KEY (workspace_id, account_id, event_key);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_email UNIQUE (email);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (workspace_id, message_id, "position");
ALTER TABLE public.attachments
    ADD CONSTRAINT attachments_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'stored'::text, 'relayed'::text, 'failed'::text, 'expired'::text, 'refused'::text, 'link'::text, 'unavailable'::text]))) NOT VALID;
ALTER TABLE ONLY public.audit_lines
    ADD CONSTRAINT audit_lines_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.call_budgets
    ADD CONSTRAINT call_budgets_pkey PRIMARY KEY (workspace_id, account_id, pool);
ALTER TABLE ONLY public.change_counters
    ADD CONSTRAINT change_counters_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (workspace_id, seq, at);
ALTER TABLE ONLY public.changes_other
    ADD CONSTRAINT changes_other_pkey PRIMARY KEY (workspace_id, seq, at);
ALTER TABLE ONLY public.checkups
    ADD CONSTRAINT checkups_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY public.closings
    ADD CONSTRAINT closings_pkey PRIMARY KEY (workspace_id, conversation_id, closed_at);
ALTER TABLE ONLY public.comment_calls
    ADD CONSTRAINT comment_calls_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.comment_looks
    ADD CONSTRAINT comment_looks_pkey PRIMARY KEY (workspace_id, comment_id);
ALTER TABLE ONLY public.comment_watches
    ADD CONSTRAINT comment_watches_pkey PRIMARY KEY (workspace_id, account_id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_workspace_id_account_id_comment_key_key UNIQUE (workspace_id, account_id, comment_key);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_workspace_id_account_id_participant_id_key UNIQUE (workspace_id, account_id, participant_id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deliveries_other
    ADD CONSTRAINT deliveries_other_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery_parts
    ADD CONSTRAINT delivery_parts_pkey PRIMARY KEY (workspace_id, delivery_id, account_id);
ALTER TABLE ONLY public.delivery_queue
    ADD CONSTRAINT delivery_queue_pkey PRIMARY KEY (delivery_id);
ALTER TABLE ONLY public.earlier_fetches
    ADD CONSTRAINT earlier_fetches_pkey PRIMARY KEY (workspace_id, conversation_id);
ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (workspace_id, account_id, mid_digest);
ALTER TABLE ONLY public.event_counts
    ADD CONSTRAINT event_counts_pkey PRIMARY KEY (name, on_day);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.handed_files
    ADD CONSTRAINT handed_files_pkey PRIMARY KEY (workspace_id, account_id, digest, kind);
ALTER TABLE ONLY public.heartbeats
    ADD CONSTRAINT heartbeats_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.insight_media
    ADD CONSTRAINT insight_media_pkey PRIMARY KEY (workspace_id, account_id, ig_id);
ALTER TABLE ONLY public.insight_values
    ADD CONSTRAINT insight_values_pkey PRIMARY KEY (workspace_id, account_id, media_id, period, end_time, metric, breakdown, dimensions);
ALTER TABLE ONLY public.insight_watches
    ADD CONSTRAINT insight_watches_pkey PRIMARY KEY (workspace_id, account_id);
ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_pkey PRIMARY KEY (workspace_id, account_id);
ALTER TABLE ONLY public.labels
    ADD CONSTRAINT labels_pkey PRIMARY KEY (workspace_id, name);
ALTER TABLE ONLY public.legal_holds
    ADD CONSTRAINT legal_holds_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.library_events
    ADD CONSTRAINT library_events_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.library_items
    ADD CONSTRAINT library_items_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.library_items
    ADD CONSTRAINT library_items_workspace_id_member_id_key_key UNIQUE (workspace_id, member_id, key);
ALTER TABLE ONLY public.library_queue
    ADD CONSTRAINT library_queue_pkey PRIMARY KEY (workspace_id, message_id);
ALTER TABLE ONLY public.library_refusals
    ADD CONSTRAINT library_refusals_pkey PRIMARY KEY (workspace_id, message_id, key);
ALTER TABLE ONLY public.library_sources
    ADD CONSTRAINT library_sources_pkey PRIMARY KEY (workspace_id, item_id, message_id, "position");
ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.media_fetches
    ADD CONSTRAINT media_fetches_pkey PRIMARY KEY (workspace_id, subject_id, "position");
ALTER TABLE ONLY public.media_objects
    ADD CONSTRAINT media_objects_pkey PRIMARY KEY (workspace_id, digest);
ALTER TABLE ONLY public.media_removals
    ADD CONSTRAINT media_removals_pkey PRIMARY KEY (workspace_id, digest);
ALTER TABLE ONLY public.media_turns
    ADD CONSTRAINT media_turns_pkey PRIMARY KEY (workspace_id, account_id);
ALTER TABLE ONLY public.member_codes
    ADD CONSTRAINT member_codes_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.member_sessions
    ADD CONSTRAINT member_sessions_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_workspace_id_user_id_key UNIQUE (workspace_id, user_id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (workspace_id, agent_id);
ALTER TABLE ONLY public.message_hints
    ADD CONSTRAINT message_hints_pkey PRIMARY KEY (workspace_id, account_id, mid_digest);
ALTER TABLE ONLY public.message_sources
    ADD CONSTRAINT message_sources_pkey PRIMARY KEY (workspace_id, account_id, mid_digest, delivery_id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.meta_apps
    ADD CONSTRAINT meta_apps_name_key UNIQUE (name);
ALTER TABLE ONLY public.meta_apps
    ADD CONSTRAINT meta_apps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meta_requests
    ADD CONSTRAINT meta_requests_code_digest_key UNIQUE (code_digest);
ALTER TABLE ONLY public.meta_requests
    ADD CONSTRAINT meta_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE public.outbound_messages
    ADD CONSTRAINT outbound_messages_kind_check CHECK ((kind = ANY (ARRAY['text'::text, 'image'::text, 'video'::text, 'audio'::text, 'file'::text, 'template'::text, 'share'::text, 'heart'::text, 'reaction'::text, 'typing'::text, 'seen'::text]))) NOT VALID;
ALTER TABLE ONLY public.outbound_messages
    ADD CONSTRAINT outbound_messages_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE public.outbound_messages
    ADD CONSTRAINT outbound_messages_state_check CHECK ((state = ANY (ARRAY['scheduled'::text, 'held'::text, 'queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'in_doubt'::text, 'discarded'::text]))) NOT VALID;
ALTER TABLE ONLY public.outbound_messages
    ADD CONSTRAINT outbound_messages_workspace_id_message_id_id_key UNIQUE (workspace_id, message_id, id);
ALTER TABLE ONLY public.own_counts
    ADD CONSTRAINT own_counts_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY public.own_days
    ADD CONSTRAINT own_days_pkey PRIMARY KEY (workspace_id, account_id, agent_id, at);
ALTER TABLE ONLY public.own_numbers
    ADD CONSTRAINT own_numbers_pkey PRIMARY KEY (workspace_id, account_id, agent_id, at);
ALTER TABLE ONLY public.parked_events
    ADD CONSTRAINT parked_events_pkey PRIMARY KEY (workspace_id, account_id, mid_digest, event_key);
ALTER TABLE public.participants
    ADD CONSTRAINT participants_linked_lead CHECK (((length(linked_lead_id) >= 1) AND (length(linked_lead_id) <= 200))) NOT VALID;
ALTER TABLE ONLY public.participants
    ADD CONSTRAINT participants_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.participants
    ADD CONSTRAINT participants_workspace_id_account_id_igsid_key UNIQUE (workspace_id, account_id, igsid);
ALTER TABLE ONLY public.post_fetches
    ADD CONSTRAINT post_fetches_pkey PRIMARY KEY (workspace_id, post_id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_workspace_id_account_id_ig_id_key UNIQUE (workspace_id, account_id, ig_id);
ALTER TABLE ONLY public.profile_fetches
    ADD CONSTRAINT profile_fetches_pkey PRIMARY KEY (workspace_id, participant_id);
ALTER TABLE ONLY public.readers
    ADD CONSTRAINT readers_pkey PRIMARY KEY (workspace_id, role);
ALTER TABLE ONLY public.rule_books
    ADD CONSTRAINT rule_books_pkey PRIMARY KEY (workspace_id, account_id);
ALTER TABLE ONLY public.rule_calls
    ADD CONSTRAINT rule_calls_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.rule_events
    ADD CONSTRAINT rule_events_pkey PRIMARY KEY (workspace_id, event_key);
ALTER TABLE ONLY public.rule_fires
    ADD CONSTRAINT rule_fires_pkey PRIMARY KEY (workspace_id, rule_id, event_key);
ALTER TABLE ONLY public.rule_people
    ADD CONSTRAINT rule_people_pkey PRIMARY KEY (workspace_id, conversation_id);
ALTER TABLE ONLY public.rule_runs
    ADD CONSTRAINT rule_runs_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.rule_versions
    ADD CONSTRAINT rule_versions_pkey PRIMARY KEY (workspace_id, rule_id, version);
ALTER TABLE ONLY public.rules
    ADD CONSTRAINT rules_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.saved_replies
    ADD CONSTRAINT saved_replies_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.saved_replies
    ADD CONSTRAINT saved_replies_shortcut UNIQUE NULLS NOT DISTINCT (workspace_id, owner_id, shortcut);
ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.search_entries
    ADD CONSTRAINT search_entries_pkey PRIMARY KEY (workspace_id, kind, subject_id);
ALTER TABLE public.search_entries
    ADD CONSTRAINT search_entries_place CHECK (((kind = 5) = (conversation_id IS NULL))) NOT VALID;
ALTER TABLE ONLY public.search_indexes
    ADD CONSTRAINT search_indexes_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY public.search_words
    ADD CONSTRAINT search_words_pkey PRIMARY KEY (workspace_id, kind, word, subject_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.setup_links
    ADD CONSTRAINT setup_links_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.sign_in_attempts
    ADD CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (subject, attempted_at, id);
ALTER TABLE ONLY public.snoozes
    ADD CONSTRAINT snoozes_pkey PRIMARY KEY (workspace_id, conversation_id);
ALTER TABLE ONLY public.spent_states
    ADD CONSTRAINT spent_states_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.stale_hours
    ADD CONSTRAINT stale_hours_pkey PRIMARY KEY (workspace_id, hour, id);
ALTER TABLE ONLY public.sync_runs
    ADD CONSTRAINT sync_runs_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.unrouted_parts
    ADD CONSTRAINT unrouted_parts_pkey PRIMARY KEY (delivery_id, ig_id);
ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_workspace_id_digest_key UNIQUE (workspace_id, digest);
ALTER TABLE ONLY public.webhook_tallies
    ADD CONSTRAINT webhook_tallies_pkey PRIMARY KEY (on_hour);
ALTER TABLE ONLY public.welcomes
    ADD CONSTRAINT welcomes_pkey PRIMARY KEY (workspace_id, message_id);
ALTER TABLE ONLY public.work_kinds
    ADD CONSTRAINT work_kinds_pkey PRIMARY KEY (kind);
ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (workspace_id);
CREATE INDEX account_errands_account ON public.account_errands USING btree (workspace_id, account_id);
CREATE INDEX account_errands_due ON public.account_errands USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX account_routes_app ON public.account_routes USING btree (app_id);
CREATE INDEX account_watches_due ON public.account_watches USING btree (due_at);
CREATE INDEX accounts_owner ON public.accounts USING btree (owner_digest) WHERE (owner_digest IS NOT NULL);
CREATE INDEX activity_page ON public.activities USING btree (workspace_id, conversation_id, happened_at DESC);
CREATE INDEX attachments_age ON public.attachments USING btree ((
CASE
    WHEN (available_until IS NOT NULL) THEN 'story'::text
    ELSE split_part(content_type, '/'::text, 1)
END), sent_at) WHERE ((state = 'stored'::text) OR ((available_until IS NOT NULL) AND (source_url IS NOT NULL)));
CREATE INDEX attachments_object ON public.attachments USING btree (workspace_id, digest) WHERE (digest IS NOT NULL);
CREATE INDEX avatar_fetches_due ON public.media_fetches USING btree (due_at) WHERE ("position" < 0);
CREATE INDEX changes_subject ON ONLY public.changes USING btree (workspace_id, subject_id, seq);
CREATE INDEX changes_other_workspace_id_subject_id_seq_idx ON public.changes_other USING btree (workspace_id, subject_id, seq);
CREATE INDEX checkups_due ON public.checkups USING btree (due_at);
CREATE INDEX closing_times ON public.closings USING btree (workspace_id, closed_at);
CREATE INDEX comment_author ON public.comments USING btree (workspace_id, account_id, author_ig_id, created_at DESC, id DESC) WHERE (author_ig_id IS NOT NULL);
CREATE INDEX comment_calls_account ON public.comment_calls USING btree (workspace_id, account_id);
CREATE INDEX comment_calls_comment ON public.comment_calls USING btree (workspace_id, comment_id) WHERE (comment_id IS NOT NULL);
CREATE INDEX comment_calls_due ON public.comment_calls USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX comment_calls_open ON public.comment_calls USING btree (workspace_id, comment_id, id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text, 'in_doubt'::text]));
CREATE INDEX comment_calls_post ON public.comment_calls USING btree (workspace_id, post_id, id) WHERE (post_id IS NOT NULL);
CREATE INDEX comment_calls_reply ON public.comment_calls USING btree (workspace_id, reply_id, id) WHERE (reply_id IS NOT NULL);
CREATE UNIQUE INDEX comment_client_key ON public.comments USING btree (workspace_id, client_key) WHERE (client_key IS NOT NULL);
CREATE INDEX comment_current ON public.comments USING btree (workspace_id, account_id, created_at DESC, id DESC) WHERE (NOT is_archived);
CREATE INDEX comment_looks_due ON public.comment_looks USING btree (due_at);
CREATE INDEX comment_open ON public.comments USING btree (workspace_id, account_id, created_at DESC, id DESC) INCLUDE (media_ig_id) WHERE ((done_at IS NULL) AND (deleted_at IS NULL) AND (NOT is_own) AND (NOT is_archived));
CREATE INDEX comment_page ON public.comments USING btree (workspace_id, account_id, created_at DESC, id DESC);
CREATE INDEX comment_post ON public.comments USING btree (workspace_id, account_id, media_ig_id, created_at DESC, id DESC) WHERE (NOT is_archived);
CREATE INDEX comment_replies ON public.comments USING btree (workspace_id, account_id, parent_ig_id, created_at) WHERE (parent_ig_id IS NOT NULL);
CREATE INDEX comment_watches_due ON public.comment_watches USING btree (due_at);
CREATE INDEX conversation_archived ON public.conversations USING btree (workspace_id, account_id, status, last_message_at DESC, id DESC) WHERE (archived_at IS NOT NULL);
CREATE INDEX conversation_assigned ON public.conversations USING btree (workspace_id, assignee_id, account_id, status, last_message_at DESC, id DESC) WHERE (archived_at IS NULL);
CREATE INDEX conversation_ending ON public.conversations USING btree (workspace_id, account_id, status, window_opened_at, id) WHERE (window_opened_at IS NOT NULL);
CREATE INDEX conversation_list ON public.conversations USING btree (workspace_id, account_id, status, last_message_at DESC, id DESC) WHERE (archived_at IS NULL);
CREATE INDEX conversation_unread ON public.conversations USING btree (workspace_id, account_id, status, last_message_at DESC, id DESC) WHERE (unread_count > 0);
CREATE INDEX delivery_parts_due ON public.delivery_parts USING btree (due_at) WHERE (state = 'stored'::text);
CREATE INDEX delivery_parts_state ON public.delivery_parts USING btree (workspace_id, state, delivery_id) WHERE (state <> 'applied'::text);
CREATE INDEX delivery_queue_due ON public.delivery_queue USING btree (due_at, delivery_id);
CREATE INDEX earlier_fetches_due ON public.earlier_fetches USING btree (due_at);
CREATE INDEX erasures_due ON public.erasures USING btree (due_at);
CREATE INDEX exports_account ON public.exports USING btree (workspace_id, account_id, id);
CREATE INDEX exports_due ON public.exports USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX insight_media_newest ON public.insight_media USING btree (workspace_id, account_id, published_at DESC);
CREATE INDEX insight_watches_due ON public.insight_watches USING btree (due_at);
CREATE INDEX integrations_due ON public.integrations USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX legal_holds_open ON public.legal_holds USING btree (workspace_id, conversation_id, account_id) WHERE (released_at IS NULL);
CREATE INDEX library_event_item ON public.library_events USING btree (workspace_id, item_id);
CREATE INDEX library_events_due ON public.library_events USING btree (due_at);
CREATE INDEX library_page ON public.library_items USING btree (workspace_id, member_id, last_sent_at DESC, id DESC);
CREATE INDEX library_queue_due ON public.library_queue USING btree (due_at);
CREATE INDEX library_source_conversation ON public.library_sources USING btree (workspace_id, conversation_id, item_id);
CREATE INDEX library_source_message ON public.library_sources USING btree (workspace_id, message_id);
CREATE INDEX mails_due ON public.mails USING btree (due_at);
CREATE INDEX media_fetches_due ON public.media_fetches USING btree (due_at) WHERE ("position" >= 0);
CREATE INDEX media_removals_due ON public.media_removals USING btree (due_at);
CREATE INDEX media_turns_due ON public.media_turns USING btree (due_at);
CREATE INDEX member_by_mail ON public.members USING btree (email) WHERE (way = 'mail'::text);
CREATE INDEX member_by_user ON public.members USING btree (user_id) WHERE (way <> 'mail'::text);
CREATE INDEX member_code_end ON public.member_codes USING btree (expires_at);
CREATE INDEX member_code_mail ON public.member_codes USING btree (workspace_id, email);
CREATE UNIQUE INDEX member_mail ON public.members USING btree (workspace_id, email) WHERE (way = 'mail'::text);
CREATE INDEX member_session_end ON public.member_sessions USING btree (expires_at);
CREATE INDEX member_session_member ON public.member_sessions USING btree (workspace_id, member_id);
CREATE INDEX member_session_secret ON public.member_sessions USING btree (digest);
CREATE INDEX memberships_agent ON public.memberships USING btree (agent_id);
CREATE INDEX message_answered ON public.messages USING btree (workspace_id, sent_at) WHERE (client_key IS NOT NULL);
CREATE UNIQUE INDEX message_client_key ON public.messages USING btree (workspace_id, conversation_id, client_key) WHERE (client_key IS NOT NULL);
CREATE INDEX message_hints_due ON public.message_hints USING btree (due_at);
CREATE UNIQUE INDEX message_mid ON public.messages USING btree (workspace_id, account_id, mid_digest) WHERE (mid_digest IS NOT NULL);
CREATE INDEX message_open ON public.messages USING btree (workspace_id, conversation_id, sent_at DESC, id DESC) WHERE (NOT is_archived);
CREATE INDEX message_page ON public.messages USING btree (workspace_id, conversation_id, sent_at DESC, id DESC);
CREATE INDEX message_sources_old ON public.message_sources USING btree (delivery_id);
CREATE INDEX meta_requests_due ON public.meta_requests USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX note_page ON public.notes USING btree (workspace_id, conversation_id, created_at, id);
CREATE INDEX notes_agent ON public.notes USING btree (agent_id);
CREATE INDEX outbound_batch ON public.outbound_messages USING btree (workspace_id, batch_id, id) WHERE (batch_id IS NOT NULL);
CREATE INDEX outbound_lanes ON public.outbound_messages USING btree (lane, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX outbound_line ON public.outbound_messages USING btree (workspace_id, account_id, lane, id) INCLUDE (kind, comment_id) WHERE (state = 'queued'::text);
CREATE INDEX outbound_open ON public.outbound_messages USING btree (workspace_id, conversation_id, id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text, 'in_doubt'::text]));
CREATE UNIQUE INDEX outbound_private_reply ON public.outbound_messages USING btree (workspace_id, comment_id) WHERE ((comment_id IS NOT NULL) AND (state <> ALL (ARRAY['failed'::text, 'discarded'::text])));
CREATE INDEX outbound_scheduled ON public.outbound_messages USING btree (workspace_id, release_at, id) WHERE (state = ANY (ARRAY['scheduled'::text, 'held'::text]));
CREATE INDEX outbound_troubled ON public.outbound_messages USING btree (workspace_id, id DESC) WHERE (state = ANY (ARRAY['failed'::text, 'in_doubt'::text]));
CREATE INDEX own_counts_due ON public.own_counts USING btree (due_at);
CREATE INDEX own_days_at ON public.own_days USING btree (workspace_id, at);
CREATE INDEX own_numbers_at ON public.own_numbers USING btree (workspace_id, at);
CREATE INDEX parked_events_old ON public.parked_events USING btree (parked_at);
CREATE INDEX participants_avatar ON public.participants USING btree (workspace_id, avatar_digest) WHERE (avatar_digest IS NOT NULL);
CREATE INDEX participants_avatar_kept ON public.participants USING btree (avatar_kept_at) WHERE (avatar_digest IS NOT NULL);
CREATE INDEX participants_igsid ON public.participants USING btree (igsid);
CREATE INDEX participants_turn ON public.participants USING btree (profile_turn_at, workspace_id, id);
CREATE INDEX post_fetches_due ON public.post_fetches USING btree (due_at);
CREATE INDEX posts_kept ON public.posts USING btree (picture_kept_at) WHERE (picture_digest IS NOT NULL);
CREATE INDEX posts_newest ON public.posts USING btree (workspace_id, last_comment_at DESC NULLS LAST, id DESC);
CREATE INDEX posts_picture ON public.posts USING btree (workspace_id, picture_digest) WHERE (picture_digest IS NOT NULL);
CREATE INDEX profile_fetches_due ON public.profile_fetches USING btree (due_at) WHERE ((state = 'due'::text) AND (NOT is_refresh));
CREATE INDEX profile_refreshes_due ON public.profile_fetches USING btree (due_at) WHERE ((state = 'due'::text) AND is_refresh);
CREATE INDEX rule_calls_due ON public.rule_calls USING btree (due_at);
CREATE INDEX rule_events_conversation ON public.rule_events USING btree (workspace_id, conversation_id);
CREATE INDEX rule_events_due ON public.rule_events USING btree (due_at);
CREATE INDEX rule_fires_age ON public.rule_fires USING btree (at);
CREATE INDEX rule_fires_newest ON public.rule_fires USING btree (workspace_id, rule_id, at DESC);
CREATE INDEX rule_fires_person ON public.rule_fires USING btree (workspace_id, account_id, person, at DESC);
CREATE INDEX rule_runs_age ON public.rule_runs USING btree (at);
CREATE INDEX rule_runs_fired ON public.rule_runs USING btree (workspace_id, account_id, id DESC) WHERE has_fired;
CREATE INDEX rule_runs_page ON public.rule_runs USING btree (workspace_id, account_id, id DESC);
CREATE INDEX rules_account ON public.rules USING btree (workspace_id, account_id, "position");
CREATE INDEX rules_updated_by ON public.rules USING btree (updated_by);
CREATE INDEX runs_due ON public.runs USING btree (due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX runs_newest ON public.runs USING btree (workspace_id, account_id, id DESC);
CREATE INDEX runs_old ON public.runs USING btree (created_at);
CREATE UNIQUE INDEX runs_one_at_a_time ON public.runs USING btree (workspace_id, account_id, what) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX saved_replies_owner ON public.saved_replies USING btree (owner_id) WHERE (owner_id IS NOT NULL);
CREATE INDEX search_indexes_due ON public.search_indexes USING btree (due_at);
CREATE INDEX sessions_agent ON public.sessions USING btree (agent_id);
CREATE INDEX snoozes_due ON public.snoozes USING btree (due_at);
CREATE INDEX spent_state_age ON public.spent_states USING btree (spent_at);
CREATE INDEX sync_runs_newest ON public.sync_runs USING btree (workspace_id, account_id, id DESC);
CREATE INDEX unrouted_parts_account ON public.unrouted_parts USING btree (ig_id, delivery_id) WHERE (state = 'unclaimed'::text);
CREATE INDEX unrouted_parts_state ON public.unrouted_parts USING btree (state, delivery_id);
CREATE INDEX uploads_object ON public.uploads USING btree (workspace_id, digest);
CREATE INDEX verification_tokens_day ON public.verification_tokens USING btree (workspace_id, participant_id, created_at);
CREATE INDEX verification_tokens_digest ON public.verification_tokens USING btree (digest);
CREATE UNIQUE INDEX verification_tokens_live ON public.verification_tokens USING btree (workspace_id, participant_id) WHERE ((consumed_at IS NULL) AND (replaced_at IS NULL));
CREATE INDEX verification_tokens_message ON public.verification_tokens USING btree (workspace_id, message_id) WHERE (message_id IS NOT NULL);
CREATE INDEX verification_tokens_offer ON public.verification_tokens USING btree (workspace_id, offer_id) WHERE (offer_id IS NOT NULL);
CREATE INDEX welcomes_due ON public.welcomes USING btree (due_at);
ALTER INDEX public.changes_pkey ATTACH PARTITION public.changes_other_pkey;
ALTER INDEX public.changes_subject ATTACH PARTITION public.changes_other_workspace_id_subject_id_seq_idx;
ALTER INDEX public.deliveries_pkey ATTACH PARTITION public.deliveries_other_pkey;
ALTER TABLE ONLY public.account_errands
    ADD CONSTRAINT account_errands_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.account_errands
    ADD CONSTRAINT account_errands_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.account_routes
    ADD CONSTRAINT account_routes_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.meta_apps(id);
ALTER TABLE ONLY public.account_watches
    ADD CONSTRAINT account_watches_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_object FOREIGN KEY (workspace_id, digest) REFERENCES public.media_objects(workspace_id, digest);
ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_workspace_id_message_id_fkey FOREIGN KEY (workspace_id, message_id) REFERENCES public.messages(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_lines
    ADD CONSTRAINT audit_lines_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.call_budgets
    ADD CONSTRAINT call_budgets_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.change_counters
    ADD CONSTRAINT change_counters_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.checkups
    ADD CONSTRAINT checkups_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.closings
    ADD CONSTRAINT closings_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.closings
    ADD CONSTRAINT closings_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.comment_calls
    ADD CONSTRAINT comment_calls_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.comment_calls
    ADD CONSTRAINT comment_calls_workspace_id_comment_id_fkey FOREIGN KEY (workspace_id, comment_id) REFERENCES public.comments(workspace_id, id);
ALTER TABLE ONLY public.comment_calls
    ADD CONSTRAINT comment_calls_workspace_id_post_id_fkey FOREIGN KEY (workspace_id, post_id) REFERENCES public.posts(workspace_id, id);
ALTER TABLE ONLY public.comment_calls
    ADD CONSTRAINT comment_calls_workspace_id_reply_id_fkey FOREIGN KEY (workspace_id, reply_id) REFERENCES public.comments(workspace_id, id);
ALTER TABLE ONLY public.comment_looks
    ADD CONSTRAINT comment_looks_workspace_id_comment_id_fkey FOREIGN KEY (workspace_id, comment_id) REFERENCES public.comments(workspace_id, id);
ALTER TABLE ONLY public.comment_watches
    ADD CONSTRAINT comment_watches_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_workspace_id_assignee_id_fkey FOREIGN KEY (workspace_id, assignee_id) REFERENCES public.memberships(workspace_id, agent_id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_workspace_id_participant_id_fkey FOREIGN KEY (workspace_id, participant_id) REFERENCES public.participants(workspace_id, id);
ALTER TABLE ONLY public.delivery_parts
    ADD CONSTRAINT delivery_parts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.earlier_fetches
    ADD CONSTRAINT earlier_fetches_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.handed_files
    ADD CONSTRAINT handed_files_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.insight_media
    ADD CONSTRAINT insight_media_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.insight_media
    ADD CONSTRAINT insight_media_workspace_id_account_id_ig_id_fkey FOREIGN KEY (workspace_id, account_id, ig_id) REFERENCES public.posts(workspace_id, account_id, ig_id);
ALTER TABLE ONLY public.insight_values
    ADD CONSTRAINT insight_values_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.insight_watches
    ADD CONSTRAINT insight_watches_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.labels
    ADD CONSTRAINT labels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.legal_holds
    ADD CONSTRAINT legal_holds_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.legal_holds
    ADD CONSTRAINT legal_holds_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.library_items
    ADD CONSTRAINT library_items_workspace_id_member_id_fkey FOREIGN KEY (workspace_id, member_id) REFERENCES public.members(workspace_id, id);
ALTER TABLE ONLY public.library_sources
    ADD CONSTRAINT library_sources_workspace_id_item_id_fkey FOREIGN KEY (workspace_id, item_id) REFERENCES public.library_items(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.media_fetches
    ADD CONSTRAINT media_fetches_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.media_objects
    ADD CONSTRAINT media_objects_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.media_turns
    ADD CONSTRAINT media_turns_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.member_codes
    ADD CONSTRAINT member_codes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.member_sessions
    ADD CONSTRAINT member_sessions_workspace_id_member_id_fkey FOREIGN KEY (workspace_id, member_id) REFERENCES public.members(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.message_hints
    ADD CONSTRAINT message_hints_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.message_sources
    ADD CONSTRAINT message_sources_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);
ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.outbound_messages
    ADD CONSTRAINT outbound_comment FOREIGN KEY (workspace_id, comment_id) REFERENCES public.comments(workspace_id, id);
ALTER TABLE ONLY public.outbound_messages
    ADD CONSTRAINT outbound_messages_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.outbound_messages
    ADD CONSTRAINT outbound_messages_workspace_id_message_id_fkey FOREIGN KEY (workspace_id, message_id) REFERENCES public.messages(workspace_id, id);
ALTER TABLE ONLY public.own_counts
    ADD CONSTRAINT own_counts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.own_days
    ADD CONSTRAINT own_days_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.own_numbers
    ADD CONSTRAINT own_numbers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.parked_events
    ADD CONSTRAINT parked_events_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.participants
    ADD CONSTRAINT participants_avatar FOREIGN KEY (workspace_id, avatar_digest) REFERENCES public.media_objects(workspace_id, digest);
ALTER TABLE ONLY public.participants
    ADD CONSTRAINT participants_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.post_fetches
    ADD CONSTRAINT post_fetches_workspace_id_post_id_fkey FOREIGN KEY (workspace_id, post_id) REFERENCES public.posts(workspace_id, id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_workspace_id_picture_digest_fkey FOREIGN KEY (workspace_id, picture_digest) REFERENCES public.media_objects(workspace_id, digest);
ALTER TABLE ONLY public.profile_fetches
    ADD CONSTRAINT profile_fetches_workspace_id_participant_id_fkey FOREIGN KEY (workspace_id, participant_id) REFERENCES public.participants(workspace_id, id);
ALTER TABLE ONLY public.readers
    ADD CONSTRAINT readers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.rule_books
    ADD CONSTRAINT rule_books_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.rule_calls
    ADD CONSTRAINT rule_calls_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.rule_events
    ADD CONSTRAINT rule_events_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.rule_events
    ADD CONSTRAINT rule_events_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.rule_fires
    ADD CONSTRAINT rule_fires_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.rule_people
    ADD CONSTRAINT rule_people_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.rule_runs
    ADD CONSTRAINT rule_runs_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.rule_versions
    ADD CONSTRAINT rule_versions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.rules
    ADD CONSTRAINT rules_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES public.agents(id);
ALTER TABLE ONLY public.rules
    ADD CONSTRAINT rules_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.rule_books(workspace_id, account_id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.saved_replies
    ADD CONSTRAINT saved_replies_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.agents(id);
ALTER TABLE ONLY public.saved_replies
    ADD CONSTRAINT saved_replies_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.search_indexes
    ADD CONSTRAINT search_indexes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.snoozes
    ADD CONSTRAINT snoozes_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.stale_hours
    ADD CONSTRAINT stale_hours_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.sync_runs
    ADD CONSTRAINT sync_runs_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_workspace_id_digest_fkey FOREIGN KEY (workspace_id, digest) REFERENCES public.media_objects(workspace_id, digest);
ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_workspace_id_account_id_fkey FOREIGN KEY (workspace_id, account_id) REFERENCES public.accounts(workspace_id, id);
ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_workspace_id_message_id_fkey FOREIGN KEY (workspace_id, message_id) REFERENCES public.messages(workspace_id, id) ON DELETE SET NULL (message_id);
ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_workspace_id_offer_id_fkey FOREIGN KEY (workspace_id, offer_id) REFERENCES public.messages(workspace_id, id) ON DELETE SET NULL (offer_id);
ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_workspace_id_participant_id_fkey FOREIGN KEY (workspace_id, participant_id) REFERENCES public.participants(workspace_id, id);
ALTER TABLE ONLY public.welcomes
    ADD CONSTRAINT welcomes_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversations(workspace_id, id);
ALTER TABLE ONLY public.welcomes
    ADD CONSTRAINT welcomes_workspace_id_message_id_fkey FOREIGN KEY (workspace_id, message_id) REFERENCES public.messages(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE public.account_errands ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.account_watches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.activities ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON public.account_errands TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.account_watches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.accounts TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.activities TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.attachments TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.audit_lines TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.call_budgets TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.change_counters TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.changes TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.changes_other TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.checkups TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.closings TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.comment_calls TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.comment_looks TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.comment_watches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.comments TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.conversations TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.delivery_parts TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.earlier_fetches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.erasures TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.exports TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.handed_files TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.insight_media TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.insight_values TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.insight_watches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.integrations TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.labels TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.legal_holds TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.library_events TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.library_items TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.library_queue TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.library_refusals TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.library_sources TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.mails TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.media_fetches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.media_objects TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.media_removals TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.media_turns TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.member_codes TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.member_sessions TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.members TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.memberships TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.message_hints TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.message_sources TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.messages TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.notes TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.outbound_messages TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.own_counts TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.own_days TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.own_numbers TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.parked_events TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.participants TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.post_fetches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.posts TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.profile_fetches TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.readers TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_books TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_calls TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_events TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_fires TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_people TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_runs TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rule_versions TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.rules TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.runs TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.saved_replies TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.search_entries TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.search_indexes TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.search_words TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.snoozes TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.stale_hours TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.sync_runs TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.uploads TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.verification_tokens TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.welcomes TO confab_worker USING (true) WITH CHECK (true);
CREATE POLICY all_workspaces ON public.workspaces TO confab_worker USING (true) WITH CHECK (true);
ALTER TABLE public.attachments ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.change_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.changes_other ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.checkups ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.closings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.comment_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.comment_looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.comment_watches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.comments ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.delivery_parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.earlier_fetches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.handed_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.insight_media ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.insight_values ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.insight_watches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.integrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.labels ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.legal_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_refusals ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.media_fetches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.media_objects ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.media_removals ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.media_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.member_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.member_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.message_hints ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.message_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_reader ON public.accounts FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
CREATE POLICY of_reader ON public.attachments FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
CREATE POLICY of_reader ON public.conversations FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
CREATE POLICY of_reader ON public.messages FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
CREATE POLICY of_reader ON public.outbound_messages FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
CREATE POLICY of_reader ON public.participants FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
CREATE POLICY of_reader ON public.verification_tokens FOR SELECT TO confab_reader USING ((workspace_id IN ( SELECT public.workspaces_to_read() AS workspaces_to_read)));
ALTER TABLE public.outbound_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.own_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.own_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.own_numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON public.account_errands TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.account_watches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.accounts TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.activities TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.attachments TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.audit_lines TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.call_budgets TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.change_counters TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.changes TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.changes_other TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.checkups TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.closings TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.comment_calls TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.comment_looks TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.comment_watches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.comments TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.conversations TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.delivery_parts TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.earlier_fetches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.erasures TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.exports TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.handed_files TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.insight_media TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.insight_values TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.insight_watches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.integrations TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.labels TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.legal_holds TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.library_events TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.library_items TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.library_queue TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.library_refusals TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.library_sources TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.mails TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.media_fetches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.media_objects TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.media_removals TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.media_turns TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.member_codes TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.member_sessions TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.members TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.memberships TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.message_hints TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.message_sources TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.messages TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.notes TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.outbound_messages TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.own_counts TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.own_days TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.own_numbers TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.parked_events TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.participants TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.post_fetches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.posts TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.profile_fetches TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.readers TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_books TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_calls TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_events TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_fires TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_people TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_runs TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rule_versions TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.rules TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.runs TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.saved_replies TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.search_entries TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.search_indexes TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.search_words TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.snoozes TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.stale_hours TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.sync_runs TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.uploads TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.verification_tokens TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.welcomes TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
CREATE POLICY own_workspace ON public.workspaces TO confab_app USING ((workspace_id = ( SELECT public.current_workspace() AS current_workspace))) WITH CHECK ((workspace_id = ( SELECT public.current_workspace() AS current_workspace)));
ALTER TABLE public.parked_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.post_fetches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.profile_fetches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.readers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_books ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_fires ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rule_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.saved_replies ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.search_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.search_indexes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.search_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.snoozes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stale_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.verification_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.welcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.workspaces ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA public TO confab_app;
GRANT USAGE ON SCHEMA public TO confab_worker;
GRANT USAGE ON SCHEMA views TO confab_app;
GRANT USAGE ON SCHEMA views TO confab_worker;
GRANT USAGE ON SCHEMA views TO confab_reader;
REVOKE ALL ON FUNCTION public.conversations_with(profile_ig_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.conversations_with(profile_ig_id text) TO confab_app;
GRANT ALL ON FUNCTION public.conversations_with(profile_ig_id text) TO confab_worker;
REVOKE ALL ON FUNCTION public.dead_rows() FROM PUBLIC;
GRANT ALL ON FUNCTION public.dead_rows() TO confab_app;
GRANT ALL ON FUNCTION public.dead_rows() TO confab_worker;
REVOKE ALL ON FUNCTION public.drop_oldest_partition(parent regclass, before_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_oldest_partition(parent regclass, before_day date) TO confab_worker;
REVOKE ALL ON FUNCTION public.ensure_partition(parent regclass, day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_partition(parent regclass, day date) TO confab_worker;
REVOKE ALL ON FUNCTION public.find_verification(token_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_verification(token_digest bytea) TO confab_app;
GRANT ALL ON FUNCTION public.find_verification(token_digest bytea) TO confab_worker;
REVOKE ALL ON FUNCTION public.live_roles(session_ids uuid[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.live_roles(session_ids uuid[], at timestamp with time zone) TO confab_app;
REVOKE ALL ON FUNCTION public.member_of(session_digest bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.member_of(session_digest bytea, at timestamp with time zone) TO confab_app;
REVOKE ALL ON FUNCTION public.memberships_of(address text, user_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.memberships_of(address text, user_name text) TO confab_app;
REVOKE ALL ON FUNCTION public.viewer_of(session_digest bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.viewer_of(session_digest bytea, at timestamp with time zone) TO confab_app;
REVOKE ALL ON FUNCTION public.workspaces_of(agent uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.workspaces_of(agent uuid) TO confab_app;
REVOKE ALL ON FUNCTION public.workspaces_to_read() FROM PUBLIC;
GRANT ALL ON FUNCTION public.workspaces_to_read() TO confab_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_errands TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_errands TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_routes TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_routes TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_watches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_watches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.accounts TO confab_reader;
GRANT SELECT(id) ON TABLE public.accounts TO confab_reader;
GRANT SELECT(ig_id) ON TABLE public.accounts TO confab_reader;
GRANT SELECT(username) ON TABLE public.accounts TO confab_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.activities TO confab_worker;
GRANT SELECT ON TABLE public.activities TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO confab_app;
GRANT SELECT ON TABLE public.agents TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.attachments TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.attachments TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(message_id) ON TABLE public.attachments TO confab_reader;
GRANT SELECT("position") ON TABLE public.attachments TO confab_reader;
GRANT SELECT(kind) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(title) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(permalink) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(state) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(content_type) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(size_bytes) ON TABLE public.attachments TO confab_reader;
GRANT SELECT(digest) ON TABLE public.attachments TO confab_reader;
GRANT SELECT,INSERT ON TABLE public.audit_lines TO confab_app;
GRANT SELECT,INSERT ON TABLE public.audit_lines TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_budgets TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_budgets TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.change_counters TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.change_counters TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.changes TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.changes TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.checkups TO confab_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.checkups TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.closings TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.closings TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comment_calls TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comment_calls TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comment_looks TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comment_looks TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comment_watches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comment_watches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comments TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comments TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conversations TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conversations TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.conversations TO confab_reader;
GRANT SELECT(id) ON TABLE public.conversations TO confab_reader;
GRANT SELECT(account_id) ON TABLE public.conversations TO confab_reader;
GRANT SELECT(participant_id) ON TABLE public.conversations TO confab_reader;
GRANT INSERT ON TABLE public.deliveries TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deliveries TO confab_worker;
GRANT SELECT(id) ON TABLE public.deliveries TO confab_app;
GRANT SELECT(received_at) ON TABLE public.deliveries TO confab_app;
GRANT SELECT(app_id) ON TABLE public.deliveries TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.delivery_parts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.delivery_parts TO confab_app;
GRANT INSERT ON TABLE public.delivery_queue TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.delivery_queue TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.earlier_fetches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.earlier_fetches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.erasures TO confab_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.event_counts TO confab_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.event_counts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.exports TO confab_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.exports TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.handed_files TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.handed_files TO confab_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.heartbeats TO confab_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.heartbeats TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_media TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_media TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_values TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_values TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_watches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_watches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.integrations TO confab_worker;
GRANT INSERT,UPDATE ON TABLE public.integrations TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.integrations TO confab_app;
GRANT SELECT(account_id) ON TABLE public.integrations TO confab_app;
GRANT SELECT(expires_at) ON TABLE public.integrations TO confab_app;
GRANT SELECT(updated_at) ON TABLE public.integrations TO confab_app;
GRANT SELECT(issued_at) ON TABLE public.integrations TO confab_app;
GRANT SELECT(refreshed_at) ON TABLE public.integrations TO confab_app;
GRANT SELECT(due_at) ON TABLE public.integrations TO confab_app;
GRANT SELECT(attempts) ON TABLE public.integrations TO confab_app;
GRANT SELECT(error) ON TABLE public.integrations TO confab_app;
GRANT SELECT(platform) ON TABLE public.integrations TO confab_app;
GRANT SELECT(node_id) ON TABLE public.integrations TO confab_app;
GRANT SELECT(scopes) ON TABLE public.integrations TO confab_app;
GRANT SELECT(missing) ON TABLE public.integrations TO confab_app;
GRANT SELECT(user_id) ON TABLE public.integrations TO confab_app;
GRANT SELECT(user_token_expires_at) ON TABLE public.integrations TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.labels TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.labels TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.legal_holds TO confab_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.legal_holds TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_events TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_events TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_items TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_items TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_queue TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_queue TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_refusals TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_refusals TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_sources TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_sources TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mails TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mails TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_fetches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_fetches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_objects TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_objects TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_removals TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_removals TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_turns TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_turns TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.member_codes TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.member_codes TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.member_sessions TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.member_sessions TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.members TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.members TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_hints TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_sources TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.messages TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.messages TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.messages TO confab_reader;
GRANT SELECT(id) ON TABLE public.messages TO confab_reader;
GRANT SELECT(account_id) ON TABLE public.messages TO confab_reader;
GRANT SELECT(conversation_id) ON TABLE public.messages TO confab_reader;
GRANT SELECT(mid) ON TABLE public.messages TO confab_reader;
GRANT SELECT(direction) ON TABLE public.messages TO confab_reader;
GRANT SELECT(text) ON TABLE public.messages TO confab_reader;
GRANT SELECT(sent_at) ON TABLE public.messages TO confab_reader;
GRANT SELECT(edited_at) ON TABLE public.messages TO confab_reader;
GRANT SELECT(deleted_at) ON TABLE public.messages TO confab_reader;
GRANT SELECT(processed) ON TABLE public.messages TO confab_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.meta_apps TO confab_app;
GRANT SELECT ON TABLE public.meta_apps TO confab_worker;
GRANT UPDATE(secret) ON TABLE public.meta_apps TO confab_worker;
GRANT UPDATE(instagram_secret) ON TABLE public.meta_apps TO confab_worker;
GRANT INSERT ON TABLE public.meta_requests TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.meta_requests TO confab_worker;
GRANT SELECT(id) ON TABLE public.meta_requests TO confab_app;
GRANT SELECT(kind) ON TABLE public.meta_requests TO confab_app;
GRANT SELECT(code_digest) ON TABLE public.meta_requests TO confab_app;
GRANT SELECT(asked_at) ON TABLE public.meta_requests TO confab_app;
GRANT SELECT(done_at) ON TABLE public.meta_requests TO confab_app;
GRANT SELECT(held_at) ON TABLE public.meta_requests TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notes TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notes TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbound_messages TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbound_messages TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(id) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(account_id) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(recipient_igsid) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(kind) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(payload) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(state) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(refusals) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(created_at) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(attempted_at) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(settled_at) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(remote_id) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(error_code) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(error_message) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT(purpose) ON TABLE public.outbound_messages TO confab_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.own_counts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.own_counts TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.own_days TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.own_days TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.own_numbers TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.own_numbers TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.parked_events TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.participants TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.participants TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.participants TO confab_reader;
GRANT SELECT(id) ON TABLE public.participants TO confab_reader;
GRANT SELECT(account_id) ON TABLE public.participants TO confab_reader;
GRANT SELECT(igsid) ON TABLE public.participants TO confab_reader;
GRANT SELECT(username) ON TABLE public.participants TO confab_reader;
GRANT SELECT(name) ON TABLE public.participants TO confab_reader;
GRANT SELECT(avatar_url) ON TABLE public.participants TO confab_reader;
GRANT SELECT(follower_count) ON TABLE public.participants TO confab_reader;
GRANT SELECT(connected_user_id) ON TABLE public.participants TO confab_reader;
GRANT SELECT(created_at) ON TABLE public.participants TO confab_reader;
GRANT SELECT(connected_at) ON TABLE public.participants TO confab_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.post_fetches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.post_fetches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.posts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.posts TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.profile_fetches TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.profile_fetches TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.readers TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.readers TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_books TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_books TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_calls TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_calls TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_events TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_events TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_fires TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_fires TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_people TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_people TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_runs TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_runs TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_versions TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_versions TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rules TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rules TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runs TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runs TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saved_replies TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saved_replies TO confab_app;
GRANT SELECT ON TABLE public.schedules TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedules TO confab_worker;
GRANT SELECT ON TABLE public.schema_migrations TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.search_entries TO confab_worker;
GRANT SELECT ON TABLE public.search_entries TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.search_indexes TO confab_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.search_indexes TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.search_words TO confab_worker;
GRANT SELECT ON TABLE public.search_words TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.setup_links TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.setup_links TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_in_attempts TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_in_attempts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.snoozes TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.snoozes TO confab_app;
GRANT SELECT,INSERT ON TABLE public.spent_states TO confab_app;
GRANT SELECT,DELETE ON TABLE public.spent_states TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stale_hours TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stale_hours TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sync_runs TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sync_runs TO confab_app;
GRANT SELECT ON TABLE public.unrouted_parts TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.unrouted_parts TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.verification_tokens TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.verification_tokens TO confab_app;
GRANT SELECT(workspace_id) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(id) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(account_id) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(participant_id) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(digest) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(event_id) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(created_at) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(expires_at) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(consumed_at) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT(replaced_at) ON TABLE public.verification_tokens TO confab_reader;
GRANT SELECT,INSERT,UPDATE ON TABLE public.webhook_tallies TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_tallies TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.welcomes TO confab_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.welcomes TO confab_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workspaces TO confab_worker;
GRANT SELECT,INSERT ON TABLE public.workspaces TO confab_app;
GRANT UPDATE(stopped_at) ON TABLE public.workspaces TO confab_app;
GRANT UPDATE(stopped_by) ON TABLE public.workspaces TO confab_app;
GRANT SELECT ON TABLE views.instagram_profiles TO confab_app;
GRANT SELECT ON TABLE views.instagram_profiles TO confab_worker;
GRANT SELECT ON TABLE views.instagram_profiles TO confab_reader;
GRANT SELECT ON TABLE views.messages TO confab_app;
GRANT SELECT ON TABLE views.messages TO confab_worker;
GRANT SELECT ON TABLE views.messages TO confab_reader;
GRANT SELECT ON TABLE views.outbound_messages TO confab_app;
GRANT SELECT ON TABLE views.outbound_messages TO confab_worker;
GRANT SELECT ON TABLE views.outbound_messages TO confab_reader;
GRANT SELECT ON TABLE views.verification_tokens TO confab_app;
GRANT SELECT ON TABLE views.verification_tokens TO confab_worker;
GRANT SELECT ON TABLE views.verification_tokens TO confab_reader;
