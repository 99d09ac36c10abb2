-- Why: who a participant is grows old, and must be asked anew: rarely, oldest first, after whoever is not known at all.
-- Locks: participants and profile_fetches against everybody, for a moment. Duration on 10 M rows: the same moment.
ALTER TABLE participants
    ADD COLUMN is_follower boolean,
    ADD COLUMN is_followed boolean,
    ADD COLUMN is_verified boolean,
    ADD COLUMN linked_lead_id text,
    ADD COLUMN profile_read_at timestamptz,
    ADD COLUMN profile_asked_at timestamptz,
    ADD COLUMN profile_error text,
    ADD COLUMN profile_turn_at timestamptz NOT NULL DEFAULT '2010-01-01 00:00:00+00',
    ADD COLUMN avatar_fetch_failed boolean NOT NULL DEFAULT false,
    ADD COLUMN picture_reported_at timestamptz,
    ADD CONSTRAINT participants_linked_lead CHECK (length(linked_lead_id) BETWEEN 1 AND 200) NOT VALID;
COMMENT ON COLUMN participants.is_follower IS 'They follow the account.';
COMMENT ON COLUMN participants.is_followed IS 'The account follows them.';
COMMENT ON COLUMN participants.linked_lead_id IS 'What another system calls this person; opaque, set through the API.';
COMMENT ON COLUMN participants.profile_read_at IS 'When Meta last told who this is.';
COMMENT ON COLUMN participants.profile_asked_at IS 'When somebody asked to have it read anew; null once that is answered.';
COMMENT ON COLUMN participants.profile_error IS 'Why the last reading brought nothing.';
COMMENT ON COLUMN participants.profile_turn_at IS 'When the profile was last read, refused or put in line: the oldest is next.';
COMMENT ON COLUMN participants.picture_reported_at IS 'When a browser last said that the picture is broken.';

ALTER TABLE profile_fetches
    ADD COLUMN is_refresh boolean NOT NULL DEFAULT false,
    ADD COLUMN wants_picture boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN profile_fetches.is_refresh IS 'We know somebody already: one at a time, after all who are not known or asked for.';
COMMENT ON COLUMN profile_fetches.wants_picture IS 'Fetch the picture whatever we have.';
DROP INDEX profile_fetches_due;
CREATE INDEX profile_fetches_due ON profile_fetches (due_at) WHERE state = 'due' AND NOT is_refresh;
CREATE INDEX profile_refreshes_due ON profile_fetches (due_at) WHERE state = 'due' AND is_refresh;
