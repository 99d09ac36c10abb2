-- Why: days came and went under a lock on the whole ledger, so one long reader held up every webhook; and nobody could count
-- dead rows.
-- Locks: no table. Duration on 10 M rows: nothing, these are functions alone.

-- One day of one table. The parent itself is locked so that inserts go on; the new partition and the default one, which nobody
-- writes to, are locked against everybody, and waiting for that is given up after half a second: days are made ahead of time.
CREATE FUNCTION ensure_partition(parent regclass, day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms'
    AS $$
DECLARE
    name text := parent || '_' || to_char(day, 'YYYYMMDD');
    from_at timestamptz := day::timestamp AT TIME ZONE 'UTC';
    to_at timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
    bounds text := CASE parent
        WHEN 'deliveries'::regclass THEN format('FROM (%L) TO (%L)', uuid_at(from_at), uuid_at(to_at))
        WHEN 'changes'::regclass THEN format('FROM (%L) TO (%L)', from_at, to_at)
    END;
BEGIN
    IF bounds IS NULL THEN
        RAISE EXCEPTION '% is not kept by day', parent;
    END IF;
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', name, parent);
    IF (SELECT relforcerowsecurity FROM pg_class WHERE oid = parent) THEN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES %s', parent, name, bounds);
EXCEPTION
    WHEN check_violation THEN  -- its first rows already lie in the default partition (the clock jumped): it stays there
        NULL;
    WHEN duplicate_table OR duplicate_object OR unique_violation THEN  -- somebody else made it at the same time
        NULL;
END $$;

-- One day that is over, the oldest; whether there was one. Dropping locks the parent, where inserts wait, and then the day. So
-- whether the day is free is tried before: whoever reads the whole table holds it, and waiting for that is in nobody's way. The
-- lock is given back, because everybody else takes the parent first.
CREATE FUNCTION drop_oldest_partition(parent regclass, before_day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms'
    AS $$
DECLARE
    child regclass;
BEGIN
    IF parent NOT IN ('deliveries'::regclass, 'changes'::regclass) THEN
        RAISE EXCEPTION '% is not kept by day', parent;
    END IF;
    SELECT inhrelid::regclass INTO child FROM pg_inherits
    WHERE inhparent = parent AND inhrelid::regclass::text ~ '_\d{8}$'
        AND to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') < before_day
    ORDER BY inhrelid::regclass::text LIMIT 1;
    IF child IS NULL THEN
        RETURN false;
    END IF;
    BEGIN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', child);
        RAISE SQLSTATE 'CF000';
    EXCEPTION WHEN SQLSTATE 'CF000' THEN
        NULL;
    END;
    EXECUTE format('DROP TABLE %s', child);
    RETURN true;
END $$;

DROP FUNCTION ensure_partitions, drop_partitions;
REVOKE EXECUTE ON FUNCTION ensure_partition, drop_oldest_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partition, drop_oldest_partition TO confab_worker;

-- How many rows of each kind of work were given up, for every workspace together: a number for the operator, by the indexes
-- that claiming uses.
CREATE FUNCTION dead_rows() RETURNS TABLE (kind text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$
    SELECT 'deliveries', count(*) FROM delivery_queue WHERE due_at = 'infinity'
    UNION ALL SELECT 'parts', count(*) FROM delivery_parts WHERE due_at = 'infinity' AND state = 'stored'
    UNION ALL SELECT 'outbound', count(*) FROM outbound_messages WHERE due_at = 'infinity'
    UNION ALL SELECT 'profiles', count(*) FROM profile_fetches WHERE due_at = 'infinity' AND state = 'due'
    UNION ALL SELECT 'hints', count(*) FROM message_hints WHERE due_at = 'infinity'
    UNION ALL SELECT 'erasures', count(*) FROM erasures WHERE due_at = 'infinity'
    UNION ALL SELECT 'snoozes', count(*) FROM snoozes WHERE due_at = 'infinity'
    UNION ALL SELECT 'schedules', count(*) FROM schedules WHERE due_at = 'infinity'
    $$;
REVOKE EXECUTE ON FUNCTION dead_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dead_rows TO confab_app, confab_worker;
