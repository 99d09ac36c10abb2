-- Why: stories are passed on and never kept, an account may have nothing kept, what is kept may have an age, and slow hosts or
-- accounts must not hold up the others. Each file says from when its age counts, until when it may be passed on, and whether it
-- was given up.
-- Locks: attachments, participants, accounts and media_fetches against everybody, for a moment: every column is added without
-- writing a row anew.
ALTER TABLE attachments
    DROP CONSTRAINT attachments_state_check,
    ADD CONSTRAINT attachments_state_check CHECK (state IN
        ('pending', 'stored', 'relayed', 'failed', 'expired', 'refused', 'link', 'unavailable')) NOT VALID,
    ADD COLUMN sent_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN available_until timestamptz,
    ADD COLUMN media_fetch_failed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN attachments.sent_at IS 'Its message''s time, from which its age counts; what is older than this column: the column''s.';
COMMENT ON COLUMN attachments.available_until IS 'Until when a story can stand at most; it is passed on until then and never kept.';
COMMENT ON COLUMN attachments.media_fetch_failed IS 'Its host was in trouble again and again; somebody may try again.';

ALTER TABLE participants
    ADD COLUMN avatar_kept_at timestamptz DEFAULT now();
ALTER TABLE participants ALTER COLUMN avatar_kept_at DROP DEFAULT;
COMMENT ON COLUMN participants.avatar_kept_at IS 'Since when our copy of the picture is kept.';

ALTER TABLE accounts
    ADD COLUMN media_mode text CHECK (media_mode IN ('store', 'reference')),
    ADD COLUMN media_mode_now text NOT NULL DEFAULT 'store' CHECK (media_mode_now IN ('store', 'reference'));
COMMENT ON COLUMN accounts.media_mode IS 'Whether copies are kept or everything is passed on; null: as the installation says.';
COMMENT ON COLUMN accounts.media_mode_now IS 'What its files were last brought in line with.';

ALTER TABLE media_fetches ADD COLUMN host text NOT NULL DEFAULT '';
COMMENT ON COLUMN media_fetches.host IS 'Where the file is: so many at once of one host.';

-- An account whose files are being brought in line with its mode, a batch at a time.
CREATE TABLE media_turns (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    is_of_people boolean NOT NULL DEFAULT false,
    after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX media_turns_due ON media_turns (due_at);
ALTER TABLE media_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE media_turns FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON media_turns TO confab_app
    USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()));
CREATE POLICY all_workspaces ON media_turns TO confab_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON media_turns TO confab_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON media_turns TO confab_app;
