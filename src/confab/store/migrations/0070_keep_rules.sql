-- Why: rules that answer by themselves, what they wait for, and what came of each.
-- Locks: nothing that is used (new tables). Duration: a moment.

-- What holds for all rules of an account. `live` says for which triggers there are rules at all, so that nothing else is written down.
CREATE TABLE rule_books (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    version integer NOT NULL DEFAULT 1,
    live text[] NOT NULL DEFAULT '{}',
    no_answer integer[] NOT NULL DEFAULT '{}',
    window_closing integer[] NOT NULL DEFAULT '{}',
    settings jsonb NOT NULL,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
COMMENT ON COLUMN rule_books.version IS 'Grows with every change of a rule or of the settings: whoever keeps compiled rules sees that they are old.';
COMMENT ON COLUMN rule_books.no_answer IS 'After how many minutes without an answer some rule wants to know.';

CREATE TABLE rules (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    position integer NOT NULL,
    mode text NOT NULL CHECK (mode IN ('on', 'off', 'watch')),
    definition jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL REFERENCES agents,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES rule_books
);
CREATE INDEX rules_account ON rules (workspace_id, account_id, position);
CREATE INDEX rules_updated_by ON rules (updated_by);

-- What a rule said at each of its versions; stays when the rule is removed.
CREATE TABLE rule_versions (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    rule_id uuid NOT NULL,
    version integer NOT NULL,
    mode text NOT NULL,
    definition jsonb NOT NULL,
    at timestamptz NOT NULL,
    by_name text NOT NULL,
    PRIMARY KEY (workspace_id, rule_id, version)
);

-- Something that rules have to look at: now, or when its time has come.
CREATE TABLE rule_events (
    workspace_id uuid NOT NULL,
    event_key uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid,
    kind text NOT NULL CHECK (kind IN ('message', 'comment', 'reaction', 'referral', 'no_answer', 'window_closing')),
    subject_id uuid,
    minutes integer,
    at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, event_key),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, fillfactor = 70);
CREATE INDEX rule_events_due ON rule_events (due_at);
CREATE INDEX rule_events_conversation ON rule_events (workspace_id, conversation_id);
COMMENT ON COLUMN rule_events.subject_id IS 'The message or comment; of a reaction the message that carries it; of what only time brings NULL.';

-- A rule that fired for an event, once: the key is the promise.
CREATE TABLE rule_fires (
    workspace_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    event_key uuid NOT NULL,
    account_id uuid NOT NULL,
    conversation_id uuid,
    person text NOT NULL,
    version integer NOT NULL,
    is_watch boolean NOT NULL,
    sends boolean NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('done', 'partly', 'refused', 'watched')),
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, rule_id, event_key),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX rule_fires_person ON rule_fires (workspace_id, account_id, person, at DESC);
CREATE INDEX rule_fires_newest ON rule_fires (workspace_id, rule_id, at DESC);
CREATE INDEX rule_fires_age ON rule_fires (at);
COMMENT ON COLUMN rule_fires.person IS 'The IGSID of whoever it was for.';

-- For each event which rules were looked at, and why they fired or did not. Never anybody's words.
CREATE TABLE rule_runs (
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
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX rule_runs_page ON rule_runs (workspace_id, account_id, id DESC);
CREATE INDEX rule_runs_fired ON rule_runs (workspace_id, account_id, id DESC) WHERE has_fired;
CREATE INDEX rule_runs_age ON rule_runs (at);
COMMENT ON COLUMN rule_runs.passed_over IS 'Rules of the trigger that were not looked at one by one: none of their words occurs in the text.';
COMMENT ON COLUMN rule_runs.quiet IS 'Why no rule was asked at all.';

-- How a person stands to automation: what nothing else says.
CREATE TABLE rule_people (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    opted_out_at timestamptz,
    paused_until timestamptz,
    pause_reason text,
    resumed_at timestamptz,
    PRIMARY KEY (workspace_id, conversation_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
COMMENT ON COLUMN rule_people.resumed_at IS 'Answers of people before this moment pause nothing any more.';

-- A program to tell that a rule fired.
CREATE TABLE rule_calls (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    rule_name text NOT NULL,
    url text NOT NULL,
    conversation_id uuid,
    kind text NOT NULL,
    subject_id uuid,
    at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX rule_calls_due ON rule_calls (due_at);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['rule_books', 'rules', 'rule_versions', 'rule_events', 'rule_fires', 'rule_runs', 'rule_people',
        'rule_calls'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;

INSERT INTO work_kinds (kind, of_table, waiting) VALUES ('rule_events', 'rule_events', 'true'), ('rule_calls', 'rule_calls', 'true');
