-- Why: files to send are forgotten with their object, which is looked at when its time comes; nothing looks for old ones.
-- Locks: uploads and handed_files, for a moment. Duration on 10 M rows: some milliseconds.
DROP INDEX uploads_age;
DROP INDEX handed_files_age;
