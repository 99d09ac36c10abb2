-- Why: Instagram's links die; what an agent is to see is copied to our own storage, once for each workspace.
-- Locks: attachments, participants and accounts against everybody, for a moment. Duration on 10 M rows: the same moment.
CREATE TABLE media_objects (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    content_type text NOT NULL,
    size_bytes bigint NOT NULL,
    width integer,
    height integer,
    duration_ms integer,
    placeholder text,
    has_thumbnail boolean NOT NULL DEFAULT false,
    kept_at timestamptz NOT NULL,
    removing_since timestamptz,
    PRIMARY KEY (workspace_id, digest)
);
COMMENT ON COLUMN media_objects.removing_since IS 'The file is being removed, or is gone already: for everybody else there is none.';
COMMENT ON TABLE media_objects IS 'A file in our storage, at {workspace}/{SHA-256}; the same picture is kept once.';
COMMENT ON COLUMN media_objects.placeholder IS 'A picture of a few pixels as a data URL, drawn until the real one is there.';

-- A file to fetch at Meta: of a message's attachment, or a participant's picture (position -1).
CREATE TABLE media_fetches (
    workspace_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    position smallint NOT NULL,
    account_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    has_asked_anew boolean NOT NULL DEFAULT false,
    error text,
    PRIMARY KEY (workspace_id, subject_id, position),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX media_fetches_due ON media_fetches (due_at) WHERE position >= 0;
CREATE INDEX avatar_fetches_due ON media_fetches (due_at) WHERE position < 0;
COMMENT ON COLUMN media_fetches.due_at IS 'The first time mirrored from when the message was sent, so that the newest come first.';

-- A file that nothing shows any more, to be removed from storage.
CREATE TABLE media_removals (
    workspace_id uuid NOT NULL,
    digest bytea NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, digest)
);
CREATE INDEX media_removals_due ON media_removals (due_at);

ALTER TABLE attachments
    ADD COLUMN digest bytea,
    ADD COLUMN placeholder text,
    ADD COLUMN has_thumbnail boolean NOT NULL DEFAULT false,
    ADD COLUMN error text,
    ADD CONSTRAINT attachments_object FOREIGN KEY (workspace_id, digest) REFERENCES media_objects;
CREATE INDEX attachments_object ON attachments (workspace_id, digest) WHERE digest IS NOT NULL;
ALTER TABLE participants
    ADD COLUMN avatar_digest bytea,
    ADD COLUMN avatar_source_url text,
    ADD COLUMN avatar_error text,
    ADD CONSTRAINT participants_avatar FOREIGN KEY (workspace_id, avatar_digest) REFERENCES media_objects;
CREATE INDEX participants_avatar ON participants (workspace_id, avatar_digest) WHERE avatar_digest IS NOT NULL;

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['media_objects', 'media_fetches', 'media_removals'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;
