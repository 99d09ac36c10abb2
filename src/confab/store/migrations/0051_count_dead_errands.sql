-- Why: errands of accounts and what people ask Meta for can be given up, too; 0050 did not know them yet.
-- Locks: nothing. Duration: a moment.
CREATE OR REPLACE FUNCTION dead_rows() RETURNS TABLE (kind text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$
    SELECT 'deliveries', count(*) FROM delivery_queue WHERE due_at = 'infinity'
    UNION ALL SELECT 'parts', count(*) FROM delivery_parts WHERE due_at = 'infinity' AND state = 'stored'
    UNION ALL SELECT 'outbound', count(*) FROM outbound_messages WHERE due_at = 'infinity' AND lane = 0
    UNION ALL SELECT 'outbound_scheduled', count(*) FROM outbound_messages WHERE due_at = 'infinity' AND lane = 1
    UNION ALL SELECT 'outbound_automated', count(*) FROM outbound_messages WHERE due_at = 'infinity' AND lane = 2
    UNION ALL SELECT 'profiles', count(*) FROM profile_fetches WHERE due_at = 'infinity' AND state = 'due' AND NOT is_refresh
    UNION ALL SELECT 'refreshes', count(*) FROM profile_fetches WHERE due_at = 'infinity' AND state = 'due' AND is_refresh
    UNION ALL SELECT 'media', count(*) FROM media_fetches WHERE due_at = 'infinity' AND position >= 0
    UNION ALL SELECT 'avatars', count(*) FROM media_fetches WHERE due_at = 'infinity' AND position < 0
    UNION ALL SELECT 'turns', count(*) FROM media_turns WHERE due_at = 'infinity'
    UNION ALL SELECT 'removals', count(*) FROM media_removals WHERE due_at = 'infinity'
    UNION ALL SELECT 'hints', count(*) FROM message_hints WHERE due_at = 'infinity'
    UNION ALL SELECT 'erasures', count(*) FROM erasures WHERE due_at = 'infinity'
    UNION ALL SELECT 'earlier', count(*) FROM earlier_fetches WHERE due_at = 'infinity'
    UNION ALL SELECT 'runs', count(*) FROM runs WHERE due_at = 'infinity' AND state IN ('waiting', 'running')
    UNION ALL SELECT 'watches', count(*) FROM account_watches WHERE due_at = 'infinity'
    UNION ALL SELECT 'snoozes', count(*) FROM snoozes WHERE due_at = 'infinity'
    UNION ALL SELECT 'welcomes', count(*) FROM welcomes WHERE due_at = 'infinity'
    UNION ALL SELECT 'mails', count(*) FROM mails WHERE due_at = 'infinity'
    UNION ALL SELECT 'library', count(*) FROM library_queue WHERE due_at = 'infinity'
    UNION ALL SELECT 'library_events', count(*) FROM library_events WHERE due_at = 'infinity'
    UNION ALL SELECT 'tokens', count(*) FROM integrations WHERE due_at = 'infinity'
    UNION ALL SELECT 'errands', count(*) FROM account_errands WHERE due_at = 'infinity'
    UNION ALL SELECT 'meta_requests', count(*) FROM meta_requests WHERE due_at = 'infinity'
    UNION ALL SELECT 'checkups', count(*) FROM checkups WHERE due_at = 'infinity'
    UNION ALL SELECT 'insights', count(*) FROM insight_watches WHERE due_at = 'infinity'
    UNION ALL SELECT 'numbers', count(*) FROM own_counts WHERE due_at = 'infinity'
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
