-- Why: top posts are shown with their pictures, which are kept like any other copy of media.
-- Locks: insight_media while it is written anew (a few hundred rows for each account). Duration: a moment.
ALTER TABLE insight_media
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN picture_url text,
    ADD COLUMN picture_digest bytea,
    ADD FOREIGN KEY (workspace_id, picture_digest) REFERENCES media_objects,
    ADD UNIQUE (workspace_id, id);
COMMENT ON COLUMN insight_media.id IS 'Ours: the address of its picture.';
COMMENT ON COLUMN insight_media.picture_url IS 'Where Meta had its picture when it was listed last; such links die after days.';
CREATE INDEX insight_media_picture ON insight_media (workspace_id, picture_digest) WHERE picture_digest IS NOT NULL;
