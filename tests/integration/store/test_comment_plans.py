"""What is archived costs nothing: comments are listed, counted, compared and searched by ranges of indexes. CM18, CM19, SE6."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from confab.model.inbox import WorkspaceId
from confab.search import find
from confab.store import comment_lists, comments, posts, search
from confab.store.comment_lists import CommentView, Wanted
from confab.store.db import Database, Doors, connect
from tests.integration.store.test_plans import explaining, rows_touched
from tests.world import World, make_world

LAST = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
_FILLED = """
INSERT INTO comments (workspace_id, id, account_id, comment_key, ig_id, kind, media_ig_id, media, author_ig_id, text, is_own,
    created_at, is_archived, done_at)
SELECT $1, gen_random_uuid(), $2, 'c' || n, 'c' || n, 'comment', 'm' || n % 20, $3, 'p' || n % 500, 'price?', false,
    '2026-11-02 12:00+00'::timestamptz - (30000 - n) * interval '1 minute', n <= 29000,
    CASE WHEN n % 2 = 0 OR n <= 29000 THEN now() END
FROM generate_series(1, 30000) AS n
"""


@pytest.fixture(scope="module")
async def filled(doors: Doors) -> World:
    """29,000 archived comments of 30,000, and half of the others done."""
    world = await make_world(doors, "17841400000000060")
    owner = await connect(doors.owner)
    await owner.execute("SELECT set_config('confab.workspace_id', $1, false)", str(world.workspace))
    await owner.execute("SET ROLE confab_worker")
    media = dict.fromkeys(("ig_id", "permalink", "product_type", "ad_id", "ad_title", "original_media_id"))
    await owner.execute(_FILLED, world.workspace, world.account, media)
    await owner.execute("RESET ROLE")
    await owner.execute("ANALYZE comments")
    await owner.close()
    return world


@pytest.mark.parametrize(
    ("view", "of", "index"),
    [("open", {}, "comment_open"), ("all", {}, "comment_current"), ("open", {"media_ig_id": "m3"}, "comment_"),
     ("all", {"media_ig_id": "m3"}, "comment_post"), (None, {"author_ig_id": "p7"}, "comment_author")],
)  # fmt: skip
async def test_CM19_a_view_is_a_range_of_an_index_that_knows_nothing_archived(
    app_db: Database, filled: World, view: CommentView | None, of: dict[str, str], index: str
) -> None:
    async with explaining(app_db, filled) as conn:
        wanted = Wanted(accounts=[filled.account], view=view, **of)
        found = await comment_lists.page(conn, filled.viewer, wanted, before=LAST, limit=50)  # type: ignore[arg-type]
    assert found
    assert index in conn.plans[0], conn.plans[0]
    assert rows_touched(conn.plans[0]) < 3000


async def test_CM19_posts_that_wait_and_how_much_waits_are_counted_from_what_is_open(app_db: Database, filled: World) -> None:
    async with explaining(app_db, filled) as conn:
        assert await comment_lists.count_open(conn, filled.viewer, [filled.account]) == 500  # type: ignore[arg-type]
        await posts.with_open(conn, filled.viewer, [filled.account], 200)  # type: ignore[arg-type]
    for plan in conn.plans:
        assert "comment_open" in plan, plan
        assert rows_touched(plan) < 3000


async def test_CM18_what_a_reading_must_know_is_one_query_whatever_is_archived(worker_db: Database, filled: World) -> None:
    read = [f"c{n}" for n in range(29960, 30000, 20)]
    async with worker_db.transaction() as conn:
        found = await comments.open_and_known(
            conn, WorkspaceId(filled.workspace), filled.account, "m0", read=[*read, "c20"],
            since=datetime(2026, 11, 2, tzinfo=UTC), until=NOON,
        )  # fmt: skip
    keys = {one.comment_key for one in found}
    assert keys >= {*read, "c20"}  # an archived one only because it was read
    assert all(int(key[1:]) > 29000 for key in keys - {"c20"})


_WORDS = """
WITH said AS (SELECT workspace_id, id, ARRAY['price', 'thing' || row_number() OVER (ORDER BY id) % 1000] AS words
    FROM comments WHERE workspace_id = $1),
entries AS (INSERT INTO search_entries (workspace_id, kind, subject_id, words) SELECT workspace_id, 5, id, words FROM said)
INSERT INTO search_words (workspace_id, kind, subject_id, word) SELECT workspace_id, 5, id, unnest(words) FROM said
"""


async def test_SE6_SE13_a_search_for_comments_reads_one_range_a_word_whatever_there_is(
    doors: Doors, app_db: Database, filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SCANNED", 200)
    owner = await connect(doors.owner)
    await owner.execute("SELECT set_config('confab.workspace_id', $1, false)", str(filled.workspace))
    await owner.execute("SET ROLE confab_worker")
    await owner.execute(_WORDS, filled.workspace)
    await owner.execute("RESET ROLE")
    await owner.execute("ANALYZE search_words, search_entries")
    await owner.close()
    for text, with_archived in (("price ", True), ("price ", False), ("pri", True), ("thing7 ", True), ("price thing7 ", True)):
        async with explaining(app_db, filled) as conn:
            asked = find.Asked(
                query=find.read(text), kinds=frozenset({"comment"}), accounts=[filled.account], with_archived=with_archived,
                before=None, limit=20,
            )  # fmt: skip
            page = await find.page(conn, filled.viewer, asked)  # type: ignore[arg-type]
        assert len(page.hits) == 20 or not with_archived
        for plan in conn.plans:
            assert "Seq Scan on search" not in plan, plan
            assert "Seq Scan on comments" not in plan, plan
            assert rows_touched(plan) <= 3 * 200 + 20, plan  # the word, its thing, and the comment
