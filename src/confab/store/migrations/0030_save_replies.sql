-- Why: texts that a team or one of its people writes again and again.
-- Locks: nothing. Duration: a moment.
CREATE TABLE saved_replies (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    owner_id uuid REFERENCES agents,
    shortcut text NOT NULL CHECK (shortcut <> ''),
    title text NOT NULL,
    text text NOT NULL CHECK (text <> ''),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT saved_replies_shortcut UNIQUE NULLS NOT DISTINCT (workspace_id, owner_id, shortcut)
);
COMMENT ON COLUMN saved_replies.owner_id IS 'Whose alone it is; NULL: everybody''s of the workspace.';
CREATE INDEX saved_replies_owner ON saved_replies (owner_id) WHERE owner_id IS NOT NULL;

ALTER TABLE saved_replies ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_replies FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON saved_replies TO confab_app
    USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()));
CREATE POLICY all_workspaces ON saved_replies TO confab_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_replies TO confab_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_replies TO confab_app;
