-- Why: a scheduled answer is let go only while the participant has written nothing that whoever scheduled it had not seen.
-- Locks: outbound_messages against everybody, for a moment. Duration on 10 M rows: the same moment.
ALTER TABLE outbound_messages ADD COLUMN seen_message_id uuid;
COMMENT ON COLUMN outbound_messages.seen_message_id IS 'Of a scheduled one: the newest message of the participant when it was scheduled, or looked at again.';
