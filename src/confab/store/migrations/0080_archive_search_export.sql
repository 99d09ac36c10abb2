-- Why: what is answered and old gets out of everybody's way; everything can be searched, taken out, and deleted after its time.
-- Locks: conversations and messages against everybody, for a moment: new columns have no values to write. Duration on 10 M rows:
-- the same moment. What is there already is indexed for searching afterwards, by the worker, in small steps.
ALTER TABLE messages ADD COLUMN is_archived boolean NOT NULL DEFAULT false;
ALTER TABLE conversations
    ADD COLUMN archived_at timestamptz,
    ADD COLUMN kept_open_since timestamptz;
COMMENT ON COLUMN messages.is_archived IS 'Answered and old: no hot query reads it.';
COMMENT ON COLUMN conversations.archived_at IS 'Since when it is in the archive; all its messages are archived then.';
COMMENT ON COLUMN conversations.kept_open_since IS 'When somebody brought it back from the archive: it stays for as long as if it had been written to then.';

-- Every word of what can be found, once for each thing that has it. All comparisons that searching needs are leakproof, so that
-- row-level security leaves the key's ranges to the planner.
CREATE TABLE search_words (
    workspace_id uuid NOT NULL,
    kind smallint NOT NULL,
    word text COLLATE "C" NOT NULL,
    subject_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, kind, word, subject_id)
);
COMMENT ON COLUMN search_words.kind IS '1 a message, 2 a person (by their conversation), 3 a note, 4 the labels of a conversation.';

-- The words of each thing, so that they can be taken out again when it changes or is erased.
CREATE TABLE search_entries (
    workspace_id uuid NOT NULL,
    kind smallint NOT NULL,
    subject_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    words text[] COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, kind, subject_id)
);

-- Up to where a workspace can be searched: a due row of each.
CREATE TABLE search_indexes (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    seq bigint,
    messages_from uuid,
    conversations_from uuid,
    notes_from uuid,
    is_whole boolean NOT NULL DEFAULT false
);
CREATE INDEX search_indexes_due ON search_indexes (due_at);
COMMENT ON COLUMN search_indexes.seq IS 'Up to where the change feed has been followed; NULL: index everything, the newest first.';
COMMENT ON COLUMN search_indexes.messages_from IS 'The oldest message that was reached on the way back; NULL: none yet.';

-- What somebody wants to take out, or took out: a conversation, a person, an account. The file lies in our storage for some days.
CREATE TABLE exports (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('conversation', 'person', 'account')),
    account_id uuid NOT NULL,
    conversation_id uuid,
    title text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'withdrawn')),
    asked_by text NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    expires_at timestamptz,
    messages integer NOT NULL DEFAULT 0,
    files integer NOT NULL DEFAULT 0,
    size_bytes bigint NOT NULL DEFAULT 0,
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    CHECK ((kind = 'account') = (conversation_id IS NULL))
);
CREATE INDEX exports_due ON exports (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX exports_account ON exports (workspace_id, account_id, id);
COMMENT ON COLUMN exports.due_at IS 'When to go on making it; of one that is made or withdrawn, when to remove its file.';

-- What must not be deleted, whatever its age: a conversation, an account, or (both NULL) all of a workspace.
CREATE TABLE legal_holds (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    account_id uuid,
    conversation_id uuid,
    reason text NOT NULL CHECK (reason <> ''),
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL,
    released_by text,
    released_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    CHECK ((released_at IS NULL) = (released_by IS NULL))
);
CREATE INDEX legal_holds_open ON legal_holds (workspace_id, conversation_id, account_id) WHERE released_at IS NULL;

-- Who took something out, had it deleted, or kept it from being deleted: one line each, which nothing changes any more.
CREATE TABLE audit_lines (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['search_words', 'search_entries', 'search_indexes', 'exports', 'legal_holds', 'audit_lines'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON search_words, search_entries, search_indexes, exports, legal_holds TO confab_worker;
GRANT SELECT ON search_words, search_entries TO confab_app;
GRANT SELECT, INSERT, UPDATE ON search_indexes, exports, legal_holds TO confab_app;
GRANT SELECT, INSERT ON audit_lines TO confab_app, confab_worker;

-- The owner is under row-level security too, so what is there already is filled in before it is forced.
ALTER TABLE workspaces NO FORCE ROW LEVEL SECURITY;
INSERT INTO search_indexes (workspace_id, due_at) SELECT workspace_id, '2010-01-01'::timestamptz FROM workspaces;
ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
ALTER TABLE search_words FORCE ROW LEVEL SECURITY;
ALTER TABLE search_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE search_indexes FORCE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
ALTER TABLE legal_holds FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_lines FORCE ROW LEVEL SECURITY;

INSERT INTO work_kinds (kind, of_table, waiting) VALUES
    ('searching', 'search_indexes', 'true'),
    ('exports', 'exports', 'true');
