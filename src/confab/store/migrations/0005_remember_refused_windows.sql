-- Why: Meta has the last word on whether a window is open; what it said must outlive the answer that it refused.
-- Locks: conversations against everybody, for a moment. Duration on 10 M rows: the same moment, nothing is rewritten.
ALTER TABLE conversations ADD COLUMN window_refused_at timestamptz;
COMMENT ON COLUMN conversations.window_refused_at IS 'When Instagram last refused an answer because the window was closed.';
