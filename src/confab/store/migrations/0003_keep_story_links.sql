-- Why: what a story reply points at must be known to whoever relays it: Meta's own address, and the page of its link sticker.
-- Locks: messages against everybody, for a moment. Duration on 10 M rows: the same moment, nothing is rewritten.
ALTER TABLE messages
    ADD COLUMN reply_to_story_url text,
    ADD COLUMN reply_to_story_link text;
COMMENT ON COLUMN messages.reply_to_story_url IS 'Where Meta keeps the story for now; never leaves the server.';
COMMENT ON COLUMN messages.reply_to_story_link IS 'The page that the story''s link sticker leads to.';
