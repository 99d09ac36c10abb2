"""What is over is found by one range of an index and leaves in batches. Rules MD7, MD9 of docs/spec/inbox.md."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.media import ages
from confab.media.ages import Ages
from confab.media.policy import Policy
from confab.store import media_ages
from confab.store.db import Database, Doors, connect
from confab.store.wake import Wake
from tests.filled import fill
from tests.integration.store.test_plans import Explained, rows_touched
from tests.world import World, make_world

NOW = datetime(2026, 11, 2, tzinfo=UTC)
_STORE = """
WITH object AS (
    INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at)
    SELECT workspace_id, sha256(id::text::bytea), 'image/png', 1, $2 FROM messages WHERE workspace_id = $1 RETURNING digest
)
UPDATE attachments a SET state = 'stored', content_type = CASE WHEN n.nr % 10 = 0 THEN 'video/mp4' ELSE 'image/png' END,
    digest = sha256(n.id::text::bytea), source_url = 'https://lookaside.fbsbx.com/x', sent_at = $2 - n.nr * interval '1 hour'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS nr FROM messages WHERE workspace_id = $1) n
WHERE a.workspace_id = $1 AND a.message_id = n.id
"""


async def filled(doors: Doors, conversations: int, messages: int) -> World:
    """A workspace whose every message has a file in storage, one an hour older than the next; each tenth is a film."""
    ig_id = f"1784141{conversations:05}{messages:05}"
    world = await make_world(doors, ig_id=ig_id)
    await fill(doors.owner, world, conversations, messages)
    conn = await connect(doors.owner)
    try:
        await conn.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        await conn.execute(_STORE, world.workspace, NOW)
        await conn.execute("ANALYZE attachments")
    finally:
        await conn.close()
    return world


async def test_MD9_what_is_too_old_is_one_range_of_its_index(doors: Doors, worker_db: Database) -> None:
    await filled(doors, 3000, 4)
    async with worker_db.transaction() as conn:
        explained = Explained(conn)
        found = await media_ages.older(explained, "video", NOW - timedelta(days=90), 100)  # type: ignore[arg-type]
        nothing = await media_ages.older(explained, media_ages.STORY, NOW, 100)  # type: ignore[arg-type]
    assert (len(found), nothing) == (100, [])
    for plan in explained.plans:
        assert "attachments_age" in plan, plan
        assert "Seq Scan" not in plan, plan
    assert rows_touched(explained.plans[0]) <= 320  # 100 of the index, the same as they come out, and their messages
    assert rows_touched(explained.plans[1]) <= 2


async def states(db: Database, world: World) -> list[tuple[Any, ...]]:
    async with db.transaction() as conn:
        found = await conn.fetch(
            """SELECT split_part(content_type, '/', 1), state, count(*), min(error) FROM attachments
            WHERE workspace_id = $1 GROUP BY 1, 2 ORDER BY 1, 2""",
            world.workspace,
        )
    return [tuple(record) for record in found]


async def test_MD9_each_kind_leaves_at_its_age_in_batches_and_browsers_are_told(
    doors: Doors, worker_db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await filled(doors, 60, 2)  # 120 files, of the last five days
    monkeypatch.setattr(ages, "_BATCH", 7)
    rules = Policy(default="store", keep_days={"video": 1, "audio": 1})
    job = Ages(worker_db, clock, Wake(doors.worker), rules)
    await job.end(NOW)
    assert await states(worker_db, world) == [
        ("image", "stored", 108, None), ("video", "expired", 10, "films are kept for 1 days here"), ("video", "stored", 2, None),
    ]  # fmt: skip
    async with worker_db.transaction() as conn:
        told = await conn.fetchval(
            "SELECT count(*) FROM changes WHERE workspace_id = $1 AND type = 'message_updated'", world.workspace
        )
        removals = await conn.fetchval("SELECT count(*) FROM media_removals WHERE workspace_id = $1", world.workspace)
        kept = await conn.fetchval(
            "SELECT count(*) FROM attachments WHERE workspace_id = $1 AND digest IS NOT NULL", world.workspace
        )
    assert (told, removals, kept) == (10, 10, 110)
    await job.end(NOW)
    async with worker_db.transaction() as conn:
        assert told == await conn.fetchval(
            "SELECT count(*) FROM changes WHERE workspace_id = $1 AND type = 'message_updated'", world.workspace
        )


async def test_MD9_a_participants_picture_has_an_age_too(doors: Doors, worker_db: Database, clock: Clock) -> None:
    world = await filled(doors, 20, 1)
    digest = hashlib.sha256(b"face").digest()
    async with worker_db.transaction() as conn:
        await conn.execute(
            """INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at)
            VALUES ($1, $2, 'image/png', 1, $3)""",
            world.workspace, digest, NOW,
        )  # fmt: skip
        await conn.execute(
            """UPDATE participants SET avatar_digest = $2, avatar_url = '/media/avatars/x', avatar_kept_at = CASE
                WHEN username < 'person15' THEN $3::timestamptz ELSE $4::timestamptz END WHERE workspace_id = $1""",
            world.workspace, digest, NOW - timedelta(days=31), NOW - timedelta(days=29),
        )  # fmt: skip
    await Ages(worker_db, clock, Wake(doors.worker), Policy(default="store", keep_days={"avatar": 30})).end(NOW)
    async with worker_db.transaction() as conn:
        left = await conn.fetchval(
            "SELECT count(*) FROM participants WHERE workspace_id = $1 AND avatar_url IS NOT NULL AND avatar_digest IS NOT NULL",
            world.workspace,
        )
        gone = await conn.fetchval(
            """SELECT count(*) FROM participants WHERE workspace_id = $1
                AND avatar_error = 'participants'' pictures are kept for 30 days here'""",
            world.workspace,
        )
        told = await conn.fetchval(
            "SELECT count(*) FROM changes WHERE workspace_id = $1 AND type = 'conversation_updated'", world.workspace
        )
    assert left + gone == 20
    assert (0 < left < 20, told) == (True, gone)
