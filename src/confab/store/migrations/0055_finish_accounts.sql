-- Why: the environment's development account is told from others, an account says who disconnected it, several workers mend a token once.
-- Locks: accounts and integrations for a moment (columns without a rewrite; a row for each account). Duration: a moment.
ALTER TABLE accounts
    ADD COLUMN is_development boolean NOT NULL DEFAULT false,
    ADD COLUMN disconnected_by text,
    ADD COLUMN owner_digest bytea;
COMMENT ON COLUMN accounts.is_development IS 'The environment''s, used while no other is connected. Of a disconnected one: it gave way to another, and may come back.';
COMMENT ON COLUMN accounts.disconnected_by IS 'Who of us disconnected it; NULL: it is connected, or its owner removed the app at Instagram.';
COMMENT ON COLUMN accounts.owner_digest IS 'The SHA-256 of how Meta names its owner to the app: finds what to erase when they ask Meta for it, also after it was disconnected.';
CREATE INDEX accounts_owner ON accounts (owner_digest) WHERE owner_digest IS NOT NULL;
ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY;
UPDATE accounts SET disconnected_by = coalesce(substring(health_reason FROM 'by (.+)\.$'), 'somebody') WHERE disconnected_at IS NOT NULL;
ALTER TABLE integrations NO FORCE ROW LEVEL SECURITY;
UPDATE accounts a SET owner_digest = sha256(convert_to(i.scoped_id, 'UTF8')) FROM integrations i
    WHERE i.workspace_id = a.workspace_id AND i.account_id = a.id AND i.scoped_id IS NOT NULL;
ALTER TABLE integrations FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
DROP INDEX integrations_scoped;
ALTER TABLE meta_requests DROP COLUMN scoped_id;  -- its digest is enough

ALTER TABLE integrations ADD COLUMN mending_until timestamptz;
COMMENT ON COLUMN integrations.mending_until IS 'A worker finds out whether its token is dead, and derives another, until then at the latest.';

-- A login goes by one of several Meta apps, and says what became different by it.
ALTER TABLE meta_apps
    ADD COLUMN app_id text CHECK (app_id <> ''),
    ADD COLUMN instagram_app_id text CHECK (instagram_app_id <> ''),
    ADD COLUMN instagram_secret bytea,
    ADD CHECK ((instagram_app_id IS NULL) = (instagram_secret IS NULL));
COMMENT ON COLUMN meta_apps.app_id IS 'Meta''s id of it: who has one lets accounts in by Facebook''s login.';
COMMENT ON COLUMN meta_apps.instagram_secret IS 'Of its Instagram login, sealed for this row.';
GRANT UPDATE (secret, instagram_secret) ON meta_apps TO confab_worker;  -- keys are rotated through its door
ALTER TABLE account_errands
    ADD COLUMN app_id uuid,
    ADD COLUMN note text;
COMMENT ON COLUMN account_errands.app_id IS 'By which Meta app a login goes; NULL: the environment''s.';
