-- Why: what is missing at an account stays known until it is brought; a comparison and an import that were interrupted go on where
-- they were, and an import says what could not be kept.
-- Locks: account_watches and runs against everybody, for a moment. Duration on 10 M rows: the same moment.
ALTER TABLE account_watches
    ADD COLUMN gap text,
    ADD COLUMN gap_from timestamptz,
    ADD COLUMN gap_at timestamptz,
    ADD COLUMN place text,
    ADD COLUMN place_from timestamptz,
    ADD COLUMN place_at timestamptz,
    ADD CONSTRAINT account_watches_gap CHECK ((gap IS NULL) = (gap_at IS NULL) AND (gap_from IS NULL OR gap IS NOT NULL)),
    ADD CONSTRAINT account_watches_place
        CHECK ((place_from IS NULL) = (place_at IS NULL) AND (place IS NULL OR place_at IS NOT NULL));
COMMENT ON COLUMN account_watches.gap IS 'What is missing, in words, until an import or another reading brings it.';
COMMENT ON COLUMN account_watches.gap_from IS 'From when on reading again may bring it; NULL: only an import does.';
COMMENT ON COLUMN account_watches.gap_at IS 'When it was last found missing.';
COMMENT ON COLUMN account_watches.place IS 'The page at which a comparison was told to wait; NULL: the first.';
COMMENT ON COLUMN account_watches.place_from IS 'Since when the conversations moved that are read there.';
COMMENT ON COLUMN account_watches.place_at IS 'When reading from the first page on began.';

ALTER TABLE runs
    ADD COLUMN unreadable integer NOT NULL DEFAULT 0,
    ADD COLUMN passes integer NOT NULL DEFAULT 0,
    ADD COLUMN attempts_before integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN runs.unreadable IS 'Messages and conversations that could not be understood or kept.';
COMMENT ON COLUMN runs.passes IS 'How often the list was read to its end: what moves meanwhile jumps over the place that is read.';
COMMENT ON COLUMN runs.attempts_before IS 'The attempts before the one that last got further: they count no more.';
COMMENT ON COLUMN account_watches.heard_at IS 'When a webhook last had what a participant wrote, to the minute.';
COMMENT ON COLUMN account_watches.habit_s IS 'The longest silence of participants that is usual for the account; it fades.';
