-- Why: a new kind of due rows is a row here, instead of one more line in a function that each migration wrote anew.
-- Locks: nothing. Duration: a moment.
CREATE TABLE work_kinds (
    kind text PRIMARY KEY,
    of_table text NOT NULL,
    waiting text NOT NULL
);
COMMENT ON TABLE work_kinds IS 'The kinds of store/claims.py. Only migrations write here: the function below runs what stands in it.';
COMMENT ON COLUMN work_kinds.waiting IS 'The condition under which a row of the table waits at all.';
INSERT INTO work_kinds (kind, of_table, waiting) VALUES
    ('deliveries', 'delivery_queue', 'true'),
    ('parts', 'delivery_parts', 'state = ''stored'''),
    ('outbound', 'outbound_messages', 'lane = 0'),
    ('outbound_scheduled', 'outbound_messages', 'lane = 1'),
    ('outbound_automated', 'outbound_messages', 'lane = 2'),
    ('profiles', 'profile_fetches', 'state = ''due'' AND NOT is_refresh'),
    ('refreshes', 'profile_fetches', 'state = ''due'' AND is_refresh'),
    ('media', 'media_fetches', 'position >= 0'),
    ('avatars', 'media_fetches', 'position < 0'),
    ('turns', 'media_turns', 'true'),
    ('removals', 'media_removals', 'true'),
    ('hints', 'message_hints', 'true'),
    ('erasures', 'erasures', 'true'),
    ('earlier', 'earlier_fetches', 'true'),
    ('runs', 'runs', 'state IN (''waiting'', ''running'')'),
    ('watches', 'account_watches', 'true'),
    ('snoozes', 'snoozes', 'true'),
    ('welcomes', 'welcomes', 'true'),
    ('mails', 'mails', 'true'),
    ('library', 'library_queue', 'true'),
    ('library_events', 'library_events', 'true'),
    ('tokens', 'integrations', 'true'),
    ('errands', 'account_errands', 'true'),
    ('meta_requests', 'meta_requests', 'true'),
    ('checkups', 'checkups', 'true'),
    ('insights', 'insight_watches', 'true'),
    ('numbers', 'own_counts', 'true'),
    ('schedules', 'schedules', 'true');

CREATE OR REPLACE FUNCTION dead_rows() RETURNS TABLE (kind text, count bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$
    DECLARE
        one record;
    BEGIN
        FOR one IN SELECT w.kind, w.of_table, w.waiting FROM work_kinds w ORDER BY w.kind LOOP
            RETURN QUERY EXECUTE format(
                'SELECT %L::text, count(*) FROM %I WHERE due_at = ''infinity'' AND %s', one.kind, one.of_table, one.waiting);
        END LOOP;
    END $$;
