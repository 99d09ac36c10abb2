-- no transaction
-- Why: what is kept and what is passed on ends with its age; each hour reads one range of this index for each kind.
-- Locks: nothing. Duration on 10 M rows: one scan and a sort, beside everybody's work.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attachments_age ON attachments
    ((CASE WHEN available_until IS NOT NULL THEN 'story' ELSE split_part(content_type, '/', 1) END), sent_at)
    WHERE state = 'stored' OR (available_until IS NOT NULL AND source_url IS NOT NULL);
