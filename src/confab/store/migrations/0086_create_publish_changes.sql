-- The feed's rows of one transaction, numbered: called together with COMMIT, so that nobody waits for a counter while its holder
-- is on the way between program and database. Given are row by row workspace, type, subject, body, time and the how-many-eth of
-- its workspace it is; and for each workspace how many there are.
CREATE FUNCTION publish_changes(uuid[], text[], uuid[], bytea[], timestamptz[], bigint[], uuid[], bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT c.workspace_id, n.steps FROM unnest($7, $8) AS n (workspace_id, steps)
        JOIN change_counters c USING (workspace_id) ORDER BY c.workspace_id FOR NO KEY UPDATE OF c
    ), counted AS (
        UPDATE change_counters c SET seq = c.seq + w.steps FROM wanted w WHERE c.workspace_id = w.workspace_id
        RETURNING c.workspace_id, c.seq - w.steps AS seq
    )
    INSERT INTO changes (workspace_id, seq, at, type, subject_id, body)
    SELECT g.workspace_id, c.seq + g.step, g.at, g.type, g.subject_id, g.body
    FROM unnest($1, $2, $3, $4, $5, $6) AS g (workspace_id, type, subject_id, body, at, step)
    JOIN counted c USING (workspace_id);
END
$$;
