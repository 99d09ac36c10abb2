-- Why: a comment that is done only because it was answered is open again when its answer fails; what a person said is done stays.
-- Locks: comments for a moment (a column with a constant needs no rewrite), then the rows of answers that are under way. Duration on
-- 10 M rows: as long as those take, which are few.
ALTER TABLE comments ADD COLUMN is_done_by_answer boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN comments.is_done_by_answer IS 'Done because it was answered: open again when no answer stands.';

-- The owner is under row-level security too, so what is under way is filled in while it is not forced.
ALTER TABLE comments NO FORCE ROW LEVEL SECURITY;
ALTER TABLE comment_calls NO FORCE ROW LEVEL SECURITY;
ALTER TABLE outbound_messages NO FORCE ROW LEVEL SECURITY;
UPDATE comments c SET is_done_by_answer = true
FROM (
    SELECT workspace_id, comment_id FROM comment_calls
    WHERE state IN ('queued', 'sending', 'in_doubt') AND kind IN ('reply', 'mention_reply')
    UNION
    SELECT workspace_id, comment_id FROM outbound_messages WHERE state IN ('queued', 'sending', 'in_doubt') AND comment_id IS NOT NULL
) waiting
WHERE c.workspace_id = waiting.workspace_id AND c.id = waiting.comment_id AND c.done_at IS NOT NULL;
ALTER TABLE outbound_messages FORCE ROW LEVEL SECURITY;
ALTER TABLE comment_calls FORCE ROW LEVEL SECURITY;
ALTER TABLE comments FORCE ROW LEVEL SECURITY;
