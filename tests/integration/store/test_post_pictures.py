"""A post is known once, whoever shows it: its caption, its link and its picture. Rules CM2, IV15, MD9."""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from confab.clock import Clock
from confab.graph.insights import Post
from confab.insights import listed
from confab.media.ages import Ages
from confab.media.policy import Policy
from confab.store import ids, migrate, post_pictures, posts
from confab.store.db import Conn, Database, Doors, connect
from confab.store.posts import NewPost
from confab.store.wake import Wake
from tests.databases import at
from tests.world import NOON, World, make_world

NAME = "confab_two_places"
BREAD, CAKE = hashlib.sha256(b"bread").digest(), hashlib.sha256(b"cake").digest()


def post(ig_id: str, *, caption: str = "Bread", url: str | None = "https://cdn.example/1", product: str = "FEED") -> Post:
    return Post(
        ig_id=ig_id, product=product, caption=caption, permalink="https://www.instagram.com/p/x/", published_at=NOON,
        picture_url=url,
    )  # fmt: skip


async def keep(db: Database, world: World, *found: Post) -> list[str | None]:
    async with db.transaction() as conn:
        return [one.post.caption for one in await listed.keep(conn, world.workspace, world.account, found, NOON)]


async def fetches(conn: Conn, world: World) -> list[tuple[str, str]]:
    found = await conn.fetch(
        """SELECT p.ig_id, f.host FROM media_fetches f JOIN posts p ON p.workspace_id = f.workspace_id AND p.id = f.subject_id
        WHERE f.workspace_id = $1 AND f.position = -2 ORDER BY 1""",
        world.workspace,
    )
    return [(one["ig_id"], one["host"]) for one in found]


async def said_under(conn: Conn, world: World, ig_id: str) -> UUID:
    new = NewPost(
        workspace_id=world.workspace, id=ids.new(NOON), account_id=world.account, ig_id=ig_id, product_type=None,
        last_comment_at=NOON,
    )  # fmt: skip
    ((_, met),) = await posts.meet(conn, [new], NOON)
    return met.id


async def kept(conn: Conn, world: World, found: UUID, digest: bytes, source: str) -> None:
    await conn.execute(
        """INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at)
        VALUES ($1, $2, 'image/png', 1, $3)""",
        world.workspace, digest, NOON,
    )  # fmt: skip
    await post_pictures.show(conn, world.workspace, found, used=source, digest=digest, content_type="image/png", now=NOON)
    await conn.execute("DELETE FROM media_fetches WHERE workspace_id = $1", world.workspace)


async def test_CM2_IV15_a_post_that_is_listed_and_talked_under_is_one_with_one_picture(doors: Doors, worker_db: Database) -> None:
    world = await make_world(doors)
    assert await keep(worker_db, world, post("1"), post("2", url=None, product="STORY")) == []
    async with worker_db.transaction() as conn:
        assert await fetches(conn, world) == [("1", "cdn.example")]
        bread = await said_under(conn, world, "1")
        await kept(conn, world, bread, BREAD, "https://cdn.example/1")
    assert await keep(worker_db, world, post("1", url="https://cdn.example/2")) == []
    assert await keep(worker_db, world, post("1", caption="Rye", url="https://cdn.example/3")) == ["Rye"]
    async with worker_db.transaction() as conn:
        assert await fetches(conn, world) == []
        assert await conn.fetchval("SELECT count(*) FROM posts WHERE workspace_id = $1", world.workspace) == 2


async def test_IV15_what_cannot_be_had_is_tried_again_with_the_next_link_and_what_is_passed_on_has_the_newest(
    doors: Doors, worker_db: Database
) -> None:
    world = await make_world(doors)
    await keep(worker_db, world, post("1"))
    async with worker_db.transaction() as conn:
        bread = await said_under(conn, world, "1")
        await post_pictures.lose(conn, world.workspace, bread, "https://cdn.example/1", "gone")
        await conn.execute("DELETE FROM media_fetches WHERE workspace_id = $1", world.workspace)
    await keep(worker_db, world, post("1"))
    async with worker_db.transaction() as conn:
        assert await fetches(conn, world) == []
    await keep(worker_db, world, post("1", url="https://cdn.example/2"))
    async with worker_db.transaction() as conn:
        assert await fetches(conn, world) == [("1", "cdn.example")]
        await conn.execute("DELETE FROM media_fetches WHERE workspace_id = $1", world.workspace)
        await post_pictures.show(
            conn, world.workspace, bread, used="https://cdn.example/2", digest=None, content_type="image/png", now=NOON
        )
    await keep(worker_db, world, post("1", url="https://cdn.example/3"))
    async with worker_db.transaction() as conn:
        assert await fetches(conn, world) == []
        shown = await post_pictures.for_viewer(conn, world.viewer, world.account, bread)
        assert isinstance(shown, post_pictures.Relayed)
        assert shown.source_url == "https://cdn.example/3"


async def test_MD9_a_posts_picture_leaves_at_its_age_and_browsers_are_told(
    doors: Doors, worker_db: Database, clock: Clock
) -> None:
    world = await make_world(doors)
    await keep(worker_db, world, post("1"))
    async with worker_db.transaction() as conn:
        bread = await said_under(conn, world, "1")
        await kept(conn, world, bread, BREAD, "https://cdn.example/1")
    ages = Ages(worker_db, clock, Wake(doors.worker), Policy(default="store", keep_days={"image": 30}))
    await ages.end(NOON + timedelta(days=29))
    async with worker_db.transaction() as conn:
        assert (await posts.get(conn, world.workspace, bread)).picture_url is not None
    await ages.end(NOON + timedelta(days=31))
    async with worker_db.transaction() as conn:
        assert (await posts.get(conn, world.workspace, bread)).picture_url is None
        assert await conn.fetchval("SELECT count(*) FROM media_removals WHERE workspace_id = $1", world.workspace) == 1
        newest = await conn.fetchval(
            "SELECT type FROM changes WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1", world.workspace
        )
        assert newest == "post_updated"


@pytest.fixture
def older(server: Doors, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """A database from before posts were kept once."""
    asyncio.run(_execute(server.owner, f"CREATE DATABASE {NAME}"))
    doors = at(server, NAME)
    before = {name: sql for name, sql in migrate.files().items() if name < "0095"}
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "files", lambda: before)
        asyncio.run(migrate.migrate(doors.owner))
    yield doors
    asyncio.run(_execute(server.owner, f"DROP DATABASE {NAME} WITH (FORCE)"))


async def _execute(door: Any, sql: str) -> None:
    conn = await connect(door)
    try:
        await conn.execute(sql)
    finally:
        await conn.close()


async def test_CM2_what_insights_kept_by_themselves_stands_with_the_posts_after_an_upgrade(older: Doors) -> None:
    """Both had the first; the second only insights had; the third only comments, passed on; the fourth is to be fetched."""
    world = await make_world(older)
    conn = await connect(older.owner)
    try:
        await conn.execute(_BEFORE.format(workspace=world.workspace, account=world.account, bread=BREAD.hex(), cake=CAKE.hex()))
        await migrate.migrate(older.owner)
        found = await conn.fetch("SELECT * FROM posts ORDER BY ig_id")
        start = f"/media/posts/{world.account}"
        assert [(one["ig_id"], one["caption"], one["picture_url"]) for one in found] == [
            ("1", "told by comments", f"{start}/{found[0]['id']}.png?v={BREAD.hex()[:12]}"),
            ("2", "told by insights", f"{start}/{found[1]['id']}.jpg?v={CAKE.hex()[:12]}"),
            ("3", "passed on", f"{start}/{found[2]['id']}.jpg?v=abc"),
            ("4", "a story", None), ("5", "not here yet", None),
        ]  # fmt: skip
        assert found[1]["picture_kept_at"] == datetime(2026, 11, 1, tzinfo=UTC)
        assert [one["product_type"] for one in found] == [None, "REELS", None, "STORY", "FEED"]
        assert await conn.fetchval("SELECT count(*) FROM insight_media") == 4
        waiting = await conn.fetch("SELECT subject_id, position FROM media_fetches")
        assert [tuple(one) for one in waiting] == [(found[4]["id"], -2)]
        removed = await conn.fetch("SELECT digest FROM media_removals ORDER BY digest")
        assert {one["digest"] for one in removed} == {BREAD, CAKE}  # looked at; what is shown stays
        tables = ["insight_media", "posts", "media_objects", "media_fetches", "media_removals"]
        forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname = ANY($1)"
        assert await conn.fetchval(forced, tables)
    finally:
        await conn.close()


_BEFORE = """
INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at) VALUES
    ('{workspace}', '\\x{bread}', 'image/png', 1, '2026-11-01T00:00Z'),
    ('{workspace}', '\\x{cake}', 'image/jpeg', 1, '2026-11-01T00:00Z');
INSERT INTO posts (workspace_id, id, account_id, ig_id, caption, picture_source_url, picture_url, picture_digest) VALUES
    ('{workspace}', gen_random_uuid(), '{account}', '1', 'told by comments', 'https://a/1', '/media/commented/old', '\\x{bread}');
INSERT INTO posts (workspace_id, id, account_id, ig_id, caption, picture_source_url, picture_url)
SELECT '{workspace}', id, '{account}', '3', 'passed on', 'https://a/3', '/media/commented/{account}/' || id || '.jpg?v=abc'
FROM gen_random_uuid() id;
INSERT INTO insight_media (workspace_id, account_id, ig_id, kind, caption, published_at, picture_url, picture_digest) VALUES
    ('{workspace}', '{account}', '1', 'post', 'told by insights', now(), 'https://b/1', '\\x{bread}'),
    ('{workspace}', '{account}', '2', 'reel', 'told by insights', now(), 'https://b/2', '\\x{cake}'),
    ('{workspace}', '{account}', '4', 'story', 'a story', now(), NULL, NULL),
    ('{workspace}', '{account}', '5', 'post', 'not here yet', now(), 'https://b/5', NULL);
INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at)
SELECT workspace_id, id, -2, account_id, now() FROM insight_media WHERE ig_id = '5';
"""
