-- Why: each conversation stands in four lists at most, in the archive in one; the indexes over all of them have no use any more.
-- Locks: conversations against everybody, for a moment. Duration on 10 M rows: some milliseconds.
DROP INDEX conversation_list;
ALTER INDEX conversation_open RENAME TO conversation_list;
DROP INDEX conversation_assigned;
ALTER INDEX conversation_open_assigned RENAME TO conversation_assigned;
