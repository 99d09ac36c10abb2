-- Why: comments are found by what they say, too. They belong to no conversation.
-- Locks: search_entries and search_indexes for a moment: nothing is read or written anew. Duration on 10 M rows: the same moment. Comments
-- that are there already are indexed afterwards, by the worker, in small steps.
ALTER TABLE search_entries ALTER COLUMN conversation_id DROP NOT NULL,
    ADD CONSTRAINT search_entries_place CHECK ((kind = 5) = (conversation_id IS NULL)) NOT VALID;
ALTER TABLE search_indexes
    ADD COLUMN comments_from uuid,
    ADD COLUMN has_comments boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN search_words.kind IS
    '1 a message, 2 a person (by their conversation), 3 a note, 4 the labels of a conversation, 5 a comment.';
COMMENT ON COLUMN search_indexes.has_comments IS 'Whether all comments that were there before are indexed.';
