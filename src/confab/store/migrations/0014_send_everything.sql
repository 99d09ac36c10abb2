-- Why: besides texts, files, templates, reactions and indicators go out; for people, for schedules, and by themselves.
-- Locks: outbound_messages against everybody while its rows are checked. Duration on 10 M rows: some seconds.
ALTER TABLE outbound_messages
    DROP CONSTRAINT outbound_messages_kind_check,
    ADD CONSTRAINT outbound_messages_kind_check CHECK (kind IN ('text', 'image', 'video', 'audio', 'file', 'template', 'share',
        'heart', 'reaction', 'typing', 'seen')) NOT VALID,
    DROP CONSTRAINT outbound_messages_state_check,
    ADD CONSTRAINT outbound_messages_state_check CHECK (state IN ('scheduled', 'held', 'queued', 'sending', 'sent', 'failed',
        'in_doubt', 'discarded')) NOT VALID,
    ADD COLUMN purpose text NOT NULL DEFAULT 'answer' CHECK (purpose IN ('answer', 'private_reply', 'automation', 'verification',
        'acknowledgement', 'custom')),
    ADD COLUMN lane smallint NOT NULL DEFAULT 0 CHECK (lane BETWEEN 0 AND 2),
    ADD COLUMN batch_id uuid,
    ADD COLUMN comment_id uuid,
    ADD COLUMN actor_name text,
    ADD COLUMN release_at timestamptz,
    ADD COLUMN on_reply text CHECK (on_reply IN ('hold', 'send', 'cancel')),
    ALTER COLUMN message_id DROP NOT NULL,
    ADD CONSTRAINT outbound_comment FOREIGN KEY (workspace_id, comment_id) REFERENCES comments NOT VALID;
ALTER TABLE outbound_messages VALIDATE CONSTRAINT outbound_comment;
COMMENT ON COLUMN outbound_messages.message_id IS 'The message it becomes; of a reaction, the message that is reacted to; of an indicator none.';
COMMENT ON COLUMN outbound_messages.lane IS 'Who goes first: 0 people, 1 schedules, 2 rules and programs.';
COMMENT ON COLUMN outbound_messages.batch_id IS 'The first call of what was written as one: a long text or several files go out in order.';
COMMENT ON COLUMN outbound_messages.release_at IS 'When a scheduled one is to be queued.';
COMMENT ON COLUMN outbound_messages.on_reply IS 'What becomes of a scheduled one when the participant writes before it is due.';

-- A file that somebody of the team uploaded to send it.
CREATE TABLE uploads (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    digest bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'file')),
    content_type text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, digest) REFERENCES media_objects
);
CREATE INDEX uploads_object ON uploads (workspace_id, digest);
CREATE INDEX uploads_age ON uploads (created_at);

-- What Instagram calls a file that was handed to it, so that it is handed over once.
CREATE TABLE handed_files (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    digest bytea NOT NULL,
    kind text NOT NULL,
    attachment_id text NOT NULL CHECK (attachment_id <> ''),
    handed_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, account_id, digest, kind),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX handed_files_age ON handed_files (handed_at);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['uploads', 'handed_files'] LOOP
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
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
