-- Why: comments are answered, hidden, deleted and given out like messages; posts are shown with picture and caption; comments are
-- read again where Instagram tells nothing by itself.
-- Locks: comments and runs for a moment (columns without a rewrite; a new CHECK reads runs, which are few). Duration on 10 M
-- comments: some seconds, for finding the posts they stand under.
ALTER TABLE comments
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN edited_at timestamptz,
    ADD COLUMN is_liked boolean NOT NULL DEFAULT false,
    ADD COLUMN done_at timestamptz,
    ADD COLUMN done_by text,
    ADD COLUMN assignee_id uuid,
    ADD COLUMN labels text[] NOT NULL DEFAULT '{}',
    ADD COLUMN notes jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN status text CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'in_doubt')),
    ADD COLUMN client_key text CHECK (client_key <> ''),
    ADD COLUMN client_digest bytea,
    ADD COLUMN written_by text,
    ADD COLUMN pending text CHECK (pending IN ('hide', 'unhide', 'delete', 'like', 'unlike')),
    ADD COLUMN error_code text,
    ADD COLUMN error_message text,
    ADD COLUMN looked_at timestamptz;
COMMENT ON COLUMN comments.status IS 'Of what is written here: how far it is. NULL: Instagram told it.';
COMMENT ON COLUMN comments.written_by IS 'Who of us wrote it; NULL: it was not written here.';
COMMENT ON COLUMN comments.pending IS 'What is shown already and Instagram has not confirmed yet.';
COMMENT ON COLUMN comments.error_code IS 'What became of the last thing that was tried with it, where that went wrong.';
COMMENT ON COLUMN comments.looked_at IS 'When it was last read at Instagram, or asked for.';
COMMENT ON COLUMN comments.notes IS 'Remarks for the team, oldest first: {id, author, text, created_at}.';

-- A post, reel, story or broadcast that comments stand under, ours or one that mentions us.
CREATE TABLE posts (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    ig_id text NOT NULL CHECK (ig_id <> ''),
    is_own boolean,
    product_type text,
    media_type text,
    caption text,
    permalink text,
    owner_username text,
    published_at timestamptz,
    comments_enabled boolean,
    comments_count integer,
    ended_at timestamptz,
    read_at timestamptz,
    refused text,
    picture_source_url text,
    picture_url text,
    picture_digest bytea,
    picture_kept_at timestamptz,
    picture_error text,
    pending text CHECK (pending IN ('comments_on', 'comments_off')),
    error_code text,
    error_message text,
    last_comment_at timestamptz,
    synced_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, account_id, ig_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    FOREIGN KEY (workspace_id, picture_digest) REFERENCES media_objects
);
CREATE INDEX posts_newest ON posts (workspace_id, last_comment_at DESC NULLS LAST, id DESC);
CREATE INDEX posts_picture ON posts (workspace_id, picture_digest) WHERE picture_digest IS NOT NULL;
CREATE INDEX posts_kept ON posts (picture_kept_at) WHERE picture_digest IS NOT NULL;
COMMENT ON COLUMN posts.is_own IS 'Whether it is the account''s own; NULL: nobody has read it yet.';
COMMENT ON COLUMN posts.comments_count IS 'How many comments Instagram counted when its comments were last read.';
COMMENT ON COLUMN posts.ended_at IS 'Of a broadcast: since when it is known to be over.';
COMMENT ON COLUMN posts.refused IS 'Why Instagram does not show it.';
COMMENT ON COLUMN posts.synced_at IS 'When its comments were last read.';

-- Posts to read at Instagram: once when they are new, a broadcast again and again until it is over.
CREATE TABLE post_fetches (
    workspace_id uuid NOT NULL,
    post_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, post_id),
    FOREIGN KEY (workspace_id, post_id) REFERENCES posts
);
CREATE INDEX post_fetches_due ON post_fetches (due_at);

-- Comments to read again: somebody looks at them, or a reading of their post did not show them.
CREATE TABLE comment_looks (
    workspace_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, comment_id),
    FOREIGN KEY (workspace_id, comment_id) REFERENCES comments
);
CREATE INDEX comment_looks_due ON comment_looks (due_at);

-- What is to be done with a comment or a post at Instagram: one row for each call.
CREATE TABLE comment_calls (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reply', 'mention_reply', 'hide', 'unhide', 'delete', 'like', 'unlike', 'comments_on',
        'comments_off')),
    comment_id uuid,
    post_id uuid,
    reply_id uuid,
    text text,
    lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 2),
    actor_kind text NOT NULL CHECK (actor_kind IN ('agent', 'rule', 'schedule', 'service')),
    actor_id uuid,
    actor_name text NOT NULL,
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
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts,
    FOREIGN KEY (workspace_id, comment_id) REFERENCES comments,
    FOREIGN KEY (workspace_id, post_id) REFERENCES posts,
    FOREIGN KEY (workspace_id, reply_id) REFERENCES comments,
    CHECK (kind IN ('reply', 'mention_reply') OR reply_id IS NULL)
);
CREATE INDEX comment_calls_due ON comment_calls (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX comment_calls_open ON comment_calls (workspace_id, comment_id, id) WHERE state IN ('queued', 'sending', 'in_doubt');
CREATE INDEX comment_calls_post ON comment_calls (workspace_id, post_id, id) WHERE post_id IS NOT NULL;
CREATE INDEX comment_calls_reply ON comment_calls (workspace_id, reply_id, id) WHERE reply_id IS NOT NULL;
CREATE INDEX comment_calls_account ON comment_calls (workspace_id, account_id);
CREATE INDEX comment_calls_comment ON comment_calls (workspace_id, comment_id) WHERE comment_id IS NOT NULL;
COMMENT ON COLUMN comment_calls.reply_id IS 'The comment of ours that it becomes.';
COMMENT ON COLUMN comment_calls.error IS 'What went wrong in our own worker; error_code and error_message are what the team sees.';

-- When to look after an account's comments again.
CREATE TABLE comment_watches (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    good_at timestamptz,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts
);
CREATE INDEX comment_watches_due ON comment_watches (due_at);
COMMENT ON COLUMN comment_watches.good_at IS 'When its comments were last read and nothing went wrong.';

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['posts', 'post_fetches', 'comment_looks', 'comment_calls', 'comment_watches'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_workspace ON %I TO confab_app
            USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()))', tenant_table);
        EXECUTE format('CREATE POLICY all_workspaces ON %I TO confab_worker USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO confab_app', tenant_table);
    END LOOP;
END $$;

-- The owner is under row-level security too, so what is there already is filled in before it is forced.
ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE comments NO FORCE ROW LEVEL SECURITY;
INSERT INTO comment_watches (workspace_id, account_id, due_at) SELECT workspace_id, id, clock_timestamp() FROM accounts;
INSERT INTO posts (workspace_id, id, account_id, ig_id, product_type, last_comment_at)
    SELECT workspace_id, gen_random_uuid(), account_id, media_ig_id, max(media ->> 'product_type'), max(created_at)
    FROM comments WHERE media_ig_id <> '' GROUP BY workspace_id, account_id, media_ig_id;
INSERT INTO post_fetches (workspace_id, post_id, due_at) SELECT workspace_id, id, clock_timestamp() FROM posts;
ALTER TABLE comments FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
ALTER TABLE posts FORCE ROW LEVEL SECURITY;
ALTER TABLE post_fetches FORCE ROW LEVEL SECURITY;
ALTER TABLE comment_looks FORCE ROW LEVEL SECURITY;
ALTER TABLE comment_calls FORCE ROW LEVEL SECURITY;
ALTER TABLE comment_watches FORCE ROW LEVEL SECURITY;

ALTER TABLE runs DROP CONSTRAINT runs_what_check,
    ADD CONSTRAINT runs_what_check CHECK (what IN ('messages', 'profiles', 'insights', 'comments')),
    ADD COLUMN comments_new integer NOT NULL DEFAULT 0;

INSERT INTO work_kinds (kind, of_table, waiting) VALUES
    ('posts', 'post_fetches', 'true'),
    ('comment_looks', 'comment_looks', 'true'),
    ('comment_calls', 'comment_calls', 'true'),
    ('comment_watches', 'comment_watches', 'true');
