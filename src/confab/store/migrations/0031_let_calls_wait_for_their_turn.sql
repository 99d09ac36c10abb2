-- Why: when an answer is settled only the next of its conversation becomes due, and not before it may go: a moment to take it back,
--      or a wait after a refusal, must not end because something before it was settled.
-- Locks: outbound_messages for a moment (a column without a default). Duration: a moment.
ALTER TABLE outbound_messages ADD COLUMN not_before timestamptz;
COMMENT ON COLUMN outbound_messages.not_before IS 'It stays here until then, although nothing is before it: it may still be taken back, or Meta refused it for a moment.';
