-- Why: whom Instagram calls unavailable, and an account that it restricts, get nothing automatic until that is over.
-- Locks: conversations and accounts against everybody, for a moment. Duration on 10 M rows: the same moment.
ALTER TABLE conversations ADD COLUMN unreachable_at timestamptz;
COMMENT ON COLUMN conversations.unreachable_at IS 'When Instagram last said that the participant cannot be reached; NULL once they wrote.';
ALTER TABLE accounts
    ADD COLUMN restricted_until timestamptz,
    ADD COLUMN restricted_reason text,
    ADD COLUMN throttles smallint NOT NULL DEFAULT 0,
    ADD COLUMN shows_indicators boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN accounts.throttles IS 'How often running Meta has asked to slow down without saying for how long.';
COMMENT ON COLUMN accounts.shows_indicators IS 'Whether participants see when somebody types here, and that their messages were seen.';
COMMENT ON COLUMN accounts.restricted_until IS 'Until then nothing automatic is sent: Instagram restricts the account as spam or for its policy.';
