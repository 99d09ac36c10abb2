-- Why: a post's caption, link and picture stand in one place, whoever shows it: insights had a second one of their own.
-- Locks: insight_media while it is written anew, posts and media_fetches for what is moved (a few hundred rows for each account).
-- Duration: a moment.
-- The owner is under row-level security too.
ALTER TABLE insight_media NO FORCE ROW LEVEL SECURITY;
ALTER TABLE posts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE media_objects NO FORCE ROW LEVEL SECURITY;
ALTER TABLE media_fetches NO FORCE ROW LEVEL SECURITY;
ALTER TABLE media_removals NO FORCE ROW LEVEL SECURITY;
INSERT INTO posts AS p (workspace_id, id, account_id, ig_id, is_own, product_type, caption, permalink, published_at,
    picture_source_url, picture_digest, picture_kept_at)
SELECT m.workspace_id, m.id, m.account_id, m.ig_id, true, CASE m.kind WHEN 'post' THEN 'FEED' WHEN 'reel' THEN 'REELS' ELSE 'STORY' END,
    m.caption, m.permalink, m.published_at, m.picture_url, m.picture_digest, o.kept_at
FROM insight_media m
LEFT JOIN media_objects o ON o.workspace_id = m.workspace_id AND o.digest = m.picture_digest
ON CONFLICT (workspace_id, account_id, ig_id) DO UPDATE
SET is_own = true, published_at = coalesce(p.published_at, excluded.published_at), version = p.version + 1,
    picture_source_url = coalesce(p.picture_source_url, excluded.picture_source_url),
    picture_digest = coalesce(p.picture_digest, excluded.picture_digest),
    picture_kept_at = CASE WHEN p.picture_digest IS NULL THEN excluded.picture_kept_at ELSE p.picture_kept_at END;

-- The address of a picture tells its type and its version.
UPDATE posts p SET picture_url = '/media/posts/' || p.account_id || '/' || p.id || '.'
    || CASE o.content_type WHEN 'image/png' THEN 'png' WHEN 'image/gif' THEN 'gif' WHEN 'image/webp' THEN 'webp'
        WHEN 'image/heic' THEN 'heic' ELSE 'jpg' END || '?v=' || left(encode(o.digest, 'hex'), 12)
FROM media_objects o WHERE o.workspace_id = p.workspace_id AND o.digest = p.picture_digest;
UPDATE posts SET picture_url = replace(picture_url, '/media/commented/', '/media/posts/') WHERE picture_digest IS NULL;

-- Copies that the other place had besides: they leave unless something still shows them.
INSERT INTO media_removals (workspace_id, digest, due_at)
SELECT DISTINCT m.workspace_id, m.picture_digest, now() FROM insight_media m WHERE m.picture_digest IS NOT NULL
ON CONFLICT DO NOTHING;

-- Pictures that are still to be fetched: of insights -2, of comments -3 until now.
DELETE FROM media_fetches WHERE position = -2;
UPDATE media_fetches SET position = -2 WHERE position = -3;
INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
SELECT workspace_id, id, -2, account_id, now(), split_part(picture_source_url, '/', 3) FROM posts
WHERE picture_digest IS NULL AND picture_url IS NULL AND picture_error IS NULL AND picture_source_url IS NOT NULL
ON CONFLICT DO NOTHING;

ALTER TABLE media_removals FORCE ROW LEVEL SECURITY;
ALTER TABLE media_fetches FORCE ROW LEVEL SECURITY;
ALTER TABLE media_objects FORCE ROW LEVEL SECURITY;
ALTER TABLE posts FORCE ROW LEVEL SECURITY;
ALTER TABLE insight_media FORCE ROW LEVEL SECURITY;

ALTER TABLE insight_media
    DROP COLUMN id, DROP COLUMN caption, DROP COLUMN permalink, DROP COLUMN picture_url, DROP COLUMN picture_digest,
    ALTER COLUMN ig_id TYPE text COLLATE "default",
    ADD FOREIGN KEY (workspace_id, account_id, ig_id) REFERENCES posts (workspace_id, account_id, ig_id);
