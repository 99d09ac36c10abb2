-- Why: a year of the team's own numbers, for each person and account, is read from whole days instead of every quarter-hour of it.
-- Locks: nothing. Duration: some seconds where there are years of them (one pass over own_numbers).
CREATE TABLE own_days (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    account_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    at timestamptz NOT NULL,
    received integer NOT NULL,
    sent integer NOT NULL,
    automatic integer NOT NULL,
    responses integer NOT NULL,
    response_s bigint NOT NULL,
    response_times integer[] NOT NULL,
    resolutions integer NOT NULL,
    resolution_s bigint NOT NULL,
    resolution_times integer[] NOT NULL,
    windows_missed integer NOT NULL,
    PRIMARY KEY (workspace_id, account_id, agent_id, at)
);
CREATE INDEX own_days_at ON own_days (workspace_id, at);
COMMENT ON TABLE own_days IS 'The quarter-hours of own_numbers added up by days of UTC, which begin at `at`: always in the transaction that counts them.';
ALTER TABLE own_numbers NO FORCE ROW LEVEL SECURITY;
INSERT INTO own_days
SELECT workspace_id, account_id, agent_id, date_bin('1 day', at, 'epoch'), sum(received), sum(sent), sum(automatic), sum(responses),
    sum(response_s),
    ARRAY[coalesce(sum(response_times[1]), 0), coalesce(sum(response_times[2]), 0), coalesce(sum(response_times[3]), 0),
        coalesce(sum(response_times[4]), 0), coalesce(sum(response_times[5]), 0), coalesce(sum(response_times[6]), 0),
        coalesce(sum(response_times[7]), 0), coalesce(sum(response_times[8]), 0), coalesce(sum(response_times[9]), 0),
        coalesce(sum(response_times[10]), 0), coalesce(sum(response_times[11]), 0), coalesce(sum(response_times[12]), 0)],
    sum(resolutions), sum(resolution_s),
    ARRAY[coalesce(sum(resolution_times[1]), 0), coalesce(sum(resolution_times[2]), 0), coalesce(sum(resolution_times[3]), 0),
        coalesce(sum(resolution_times[4]), 0), coalesce(sum(resolution_times[5]), 0), coalesce(sum(resolution_times[6]), 0),
        coalesce(sum(resolution_times[7]), 0), coalesce(sum(resolution_times[8]), 0), coalesce(sum(resolution_times[9]), 0),
        coalesce(sum(resolution_times[10]), 0), coalesce(sum(resolution_times[11]), 0), coalesce(sum(resolution_times[12]), 0)],
    sum(windows_missed)
FROM own_numbers GROUP BY 1, 2, 3, 4;
ALTER TABLE own_numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE own_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE own_days FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON own_days TO confab_app
    USING (workspace_id = (SELECT current_workspace())) WITH CHECK (workspace_id = (SELECT current_workspace()));
CREATE POLICY all_workspaces ON own_days TO confab_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON own_days TO confab_app, confab_worker;
