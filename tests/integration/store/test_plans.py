"""Every hot read is a range of one index, on a filled database and as the role of the application. Rules A6, PE3."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from confab.clock import Clock
from confab.inbox import queue
from confab.model.inbox import ConversationId
from confab.model.library import ItemId, Member, MemberId
from confab.search import find
from confab.search.indexing import Indexing
from confab.store import answers as said
from confab.store import (
    archive,
    changes,
    claims,
    comment_lists,
    conversation_list,
    conversations,
    deliveries,
    history,
    library,
    messages,
    notes,
    outbound,
    outbox,
    participants,
    search,
    watches,
)
from confab.store.archive import Place
from confab.store.conversation_list import Position, Sort, View
from confab.store.db import Conn, Database, Doors, connect
from confab.store.library import Wanted
from confab.store.wake import Wake
from tests.filled import fill
from tests.world import World, make_world

NOW = datetime(2026, 11, 2, tzinfo=UTC)


class Explained:
    """A connection that explains what it is asked before it answers."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self.plans: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    async def fetch(self, sql: str, *values: object) -> Any:
        plan = await self._conn.fetch(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql}", *values)
        self.plans.append("\n".join(record[0] for record in plan))
        return await self._conn.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: object) -> Any:
        return (await self.fetch(sql, *values) or [None])[0]


class ExplainedValue(Explained):
    """The same where the answer is one value."""

    async def fetchval(self, sql: str, *values: object) -> Any:
        return (await self.fetchrow(sql, *values))[0]


@pytest.fixture(scope="module")
def _filled() -> dict[str, World]:
    return {}


@pytest.fixture
async def world(doors: Doors, _filled: dict[str, World]) -> World:
    """Two workspaces of 8,000 conversations, so that another tenant's rows are in the way."""
    if not _filled:
        _filled["other"] = await make_world(doors, ig_id="17841400000000001")
        await fill(doors.owner, _filled["other"], 8000, 3)
        _filled["ours"] = await make_world(doors, ig_id="17841400000000002")
        await fill(doors.owner, _filled["ours"], 8000, 3)
    return _filled["ours"]


@asynccontextmanager
async def explaining(db: Database, world: World) -> AsyncIterator[Explained]:
    async with db.viewing(world.workspace) as conn:
        yield Explained(conn)


def rows_touched(plan: str) -> int:
    """How many rows the scans of a plan looked at, those they threw away included."""
    scans = re.findall(r"(?:Index (?:Only )?Scan|Seq Scan|Bitmap Heap Scan)[^\n]*rows=([\d.]+) loops=(\d+)", plan)
    removed = re.findall(r"Rows Removed by (?:Filter|Index Recheck): (\d+)", plan)
    return round(sum(float(rows) * int(loops) for rows, loops in scans)) + sum(int(n) for n in removed)


@pytest.mark.parametrize(
    ("view", "sort", "index"),
    [
        ("all", "newest", "conversation_list"),
        ("unread", "newest", "conversation_unread"),
        ("mine", "newest", "conversation_assigned"),
        ("unassigned", "newest", "conversation_assigned"),
        ("all", "ending", "conversation_ending"),
    ],
)
@pytest.mark.parametrize("statuses", [["open"], ["open", "snoozed", "closed"]])
@pytest.mark.parametrize("deep", [False, True])
async def test_a_page_of_the_list_is_one_range_of_its_index(
    app_db: Database, world: World, view: View, sort: Sort, index: str, statuses: list[Any], deep: bool
) -> None:
    middle = Position(at=datetime(2026, 6, 3, tzinfo=UTC), id=UUID(int=0))
    wanted = conversation_list.Wanted(
        view=view,
        statuses=statuses,
        accounts=[world.account],
        assignee=None,
        label=None,
        sort=sort,
        after=middle if deep else None,
        limit=50,
    )
    async with explaining(app_db, world) as conn:
        page = await conversation_list.page(conn, world.viewer, wanted, datetime(2026, 6, 2, tzinfo=UTC))  # type: ignore[arg-type]
    plan = conn.plans[0]
    assert len(page.items) == 50
    assert index in plan
    assert "Seq Scan" not in plan
    assert rows_touched(plan) <= 50 * len(statuses) + 10, plan
    assert "Seq Scan on conversations" not in conn.plans[1]


async def test_a_page_of_a_thread_is_one_range_of_message_page(app_db: Database, world: World) -> None:
    async with explaining(app_db, world) as conn:
        conversation = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1 LIMIT 1", world.workspace)
        page = await messages.page(conn, world.viewer, ConversationId(conversation), before=None, limit=30)  # type: ignore[arg-type]
    assert len(page) == 3
    assert "message_page" in conn.plans[0]
    assert all("Seq Scan on messages" not in plan and "Seq Scan on attachments" not in plan for plan in conn.plans)
    assert rows_touched(conn.plans[0]) <= 10


async def test_A10_what_came_since_is_one_range_of_message_page(worker_db: Database, world: World) -> None:
    async with worker_db.transaction() as conn:
        conversation = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1 LIMIT 1", world.workspace)
        explained: Any = ExplainedValue(conn)
        assert await messages.has_inbound_since(explained, world.workspace, conversation, NOW) is False
    assert "message_page" in explained.plans[0]
    assert "Seq Scan" not in explained.plans[0]
    assert rows_touched(explained.plans[0]) <= 2


@asynccontextmanager
async def archived(doors: Doors, world: World) -> AsyncIterator[None]:
    """Nine tenths of the workspace lie in the archive."""
    owner = await connect(doors.owner)
    put = """WITH old AS (
        UPDATE conversations SET archived_at = $2, unread_count = 0 WHERE workspace_id = $1
            AND last_message_at < '2026-06-01'::timestamptz + interval '7200 minutes' RETURNING id)
    UPDATE messages m SET is_archived = true FROM old WHERE m.workspace_id = $1 AND m.conversation_id = old.id"""
    try:
        await owner.execute(put, world.workspace, NOW)
        await owner.execute("ANALYZE conversations, messages")
        yield
    finally:
        await owner.execute("UPDATE conversations SET archived_at = NULL WHERE workspace_id = $1", world.workspace)
        await owner.execute("UPDATE messages SET is_archived = false WHERE workspace_id = $1", world.workspace)
        await owner.close()


@pytest.mark.parametrize(("view", "index"), [("all", "conversation_list"), ("unassigned", "conversation_assigned")])
async def test_AR8_the_list_reads_past_no_archive(doors: Doors, app_db: Database, world: World, view: View, index: str) -> None:
    wanted: dict[str, Any] = {
        "view": view, "statuses": ["open", "closed"], "accounts": [world.account], "assignee": None, "label": None,
        "sort": "newest", "limit": 50,
    }  # fmt: skip
    edge = Position(at=datetime(2026, 6, 6, 0, 30, tzinfo=UTC), id=UUID(int=0))  # half an hour above the archive
    async with archived(doors, world), explaining(app_db, world) as conn:
        last = conversation_list.Wanted(**wanted, after=edge)
        page = await conversation_list.page(conn, world.viewer, last, NOW)  # type: ignore[arg-type]
        there = conversation_list.Wanted(**{**wanted, "view": "all"}, after=None, is_archived=True)
        archive = await conversation_list.page(conn, world.viewer, there, NOW)  # type: ignore[arg-type]
    assert 0 < len(page.items) < 50
    assert all(item.archived_at is None for item in page.items)
    assert len(archive.items) == 50
    assert all(item.archived_at is not None for item in archive.items)
    lists = [plan for plan in conn.plans if "unnest" in plan and "last_message_at" in plan]
    assert index in lists[0], lists[0]
    assert rows_touched(lists[0]) <= 60, lists[0]
    assert "conversation_archived" in lists[1], lists[1]
    assert rows_touched(lists[1]) <= 110, lists[1]


async def test_AR8_the_thread_what_is_unread_and_what_is_old_read_past_no_archive(
    doors: Doors, app_db: Database, worker_db: Database, world: World
) -> None:
    async with archived(doors, world):
        async with explaining(app_db, world) as conn:
            open_one = "SELECT id FROM conversations WHERE workspace_id = $1 AND archived_at IS NULL LIMIT 1"
            conversation = ConversationId(await conn.fetchval(open_one, world.workspace))
            page = await messages.page(conn, world.viewer, conversation, before=None, limit=30, with_archived=False)  # type: ignore[arg-type]
        assert (len(page), "message_open" in conn.plans[0]) == (3, True), conn.plans[0]
        async with worker_db.transaction() as conn:
            explained: Any = Explained(conn)
            row = await conversations.lock(conn, world.workspace, conversation)
            assert await conversations.recount_unread(explained, [row]) == {conversation: 3}
            _, place = await archive.settled(explained, None, NOW, Place.first(), 500)
    assert place is not None
    unread, walked = explained.plans
    assert "message_open" in unread, unread
    assert "conversations_pkey" in walked, walked
    assert rows_touched(walked) <= 510, walked


async def test_SE6_a_search_reads_so_many_rows_and_no_more_under_row_level_security(
    doors: Doors, app_db: Database, worker_db: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SCANNED", 200)
    indexing = Indexing(worker_db, Clock(), Wake(doors.worker))
    async with worker_db.transaction() as conn:
        await search.ensure(conn, world.workspace, NOW)
    await indexing.run(claims.Due(key=(world.workspace,), attempts=0))
    owner = await connect(doors.owner)
    await owner.execute("ANALYZE search_words, search_entries")
    await owner.close()
    for text in ("message ", "message 2 ", "message 2", "mess", "person77", "m 1 "):
        for kind in ("person", "message"):
            async with explaining(app_db, world) as conn:
                asked = find.Asked(
                    query=find.read(text), kinds=frozenset({kind}), accounts=[world.account], with_archived=True, before=None,  # type: ignore[arg-type]
                    limit=20,
                )  # fmt: skip
                page = await find.page(conn, world.viewer, asked)  # type: ignore[arg-type]
            assert (len(page.hits) > 0) == (kind == ("person" if text.startswith("person") else "message") and text != "m 1 ")
            for plan in conn.plans:
                assert "Seq Scan on search" not in plan, plan
                assert "Seq Scan on messages" not in plan, plan
                assert rows_touched(plan) <= 3 * 200 + 20, plan  # the word, its thing, and the message or conversation


async def test_the_change_feed_is_read_by_its_key(app_db: Database, world: World) -> None:
    async with explaining(app_db, world) as conn:
        kept = await changes.after(conn, world.workspace, 7000, 500)  # type: ignore[arg-type]
    assert len(kept) == 500
    assert "_pkey" in conn.plans[0]
    assert rows_touched(conn.plans[0]) <= 501


async def test_notes_comments_and_deliveries_are_read_by_their_index(app_db: Database, world: World) -> None:
    async with explaining(app_db, world) as conn:
        conversation = ConversationId(
            await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1 LIMIT 1", world.workspace)
        )
        await conn.execute("SET LOCAL enable_seqscan = off")  # these tables are empty here: is there an index at all?
        last = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
        await notes.of_conversation(conn, world.viewer, conversation, 200)  # type: ignore[arg-type]
        every = comment_lists.Wanted(accounts=[world.account])
        await comment_lists.page(conn, world.viewer, every, before=last, limit=50)  # type: ignore[arg-type]
        await deliveries.page(conn, world.viewer, state="failed", before=last[1], limit=50)  # type: ignore[arg-type]
    for plan, index in zip(conn.plans, ("note_page", "comment_page", "delivery_parts_state"), strict=True):
        assert index in plan, plan


_ANSWERS = """
INSERT INTO outbound_messages (workspace_id, id, account_id, conversation_id, message_id, recipient_igsid, kind, payload, state,
    actor_kind, due_at, created_at, release_at, on_reply)
SELECT m.workspace_id, m.id, CASE WHEN n % 24 < 3 THEN $2 ELSE m.account_id END, m.conversation_id, m.id, 'p', 'text',
    '{"text": "x"}', CASE WHEN n % 24 < 4 THEN 'queued' WHEN n % 24 = 4 THEN 'scheduled' WHEN n % 24 = 5 THEN 'failed'
        ELSE 'sent' END,
    'agent', NULL, now(), '2026-12-01'::timestamptz + n * interval '1 minute', 'hold'
FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM messages WHERE workspace_id = $1) m
"""


@asynccontextmanager
async def answers(doors: Doors, world: World) -> AsyncIterator[None]:
    """Answers in every state: a thousand wait for our account, and three times as many for another of the same workspace."""
    owner, other = await connect(doors.owner), uuid4()
    given = "INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, '17841400000000003', 'zz', $3)"
    await owner.execute(given, world.workspace, other, NOW)
    try:
        await owner.execute(_ANSWERS, world.workspace, other)
        await owner.execute("ANALYZE outbound_messages")
        yield
    finally:
        await owner.execute("DELETE FROM outbound_messages WHERE workspace_id = $1", world.workspace)
        await owner.execute("DELETE FROM accounts WHERE id = $1", other)
        await owner.close()


async def test_O24_what_needs_a_look_and_the_queue_are_ranges_of_their_indexes(
    doors: Doors, app_db: Database, world: World
) -> None:
    given: dict[str, Any] = {"account": None, "limit": 50}
    after, before = (datetime(2026, 12, 1, tzinfo=UTC), UUID(int=0)), UUID(int=2**128 - 1)
    async with answers(doors, world), explaining(app_db, world) as conn:
        last = "SELECT conversation_id FROM outbound_messages WHERE state = 'queued' AND account_id = $1 ORDER BY id DESC LIMIT 1"
        conversation = await conn.fetchval(last, world.account)
        items, _ = await outbox.scheduled(conn, world.viewer, conversation=None, after=after, **given)  # type: ignore[arg-type]
        bad, _ = await outbox.troubled(conn, world.viewer, states=["failed"], before=before, **given)  # type: ignore[arg-type]
        ours, theirs = await outbox.queues(conn, world.workspace, queue.NAMES)  # type: ignore[arg-type]
        places = await outbox.places(conn, world.viewer, conversation, queue.NAMES)  # type: ignore[arg-type]
        scheduled_ids, held, troubled_ids = await outbox.needing_a_look(conn, world.viewer)  # type: ignore[arg-type]
    assert (len(items), len(bad), ours.count, theirs.count) == (50, 50, 1000, 3000)
    assert 999 in {place.ahead for place in places}
    assert (len(scheduled_ids), len(held), len(troubled_ids)) == (200, 0, 200)
    plans = [plan for plan in conn.plans if "outbound_messages" in plan]
    assert [plan for plan in plans if "Seq Scan on outbound_messages" in plan] == []
    listed, trouble, counted, in_line, looked = plans
    for plan, index, most in (  # a bitmap counts its rows twice
        (listed, "outbound_scheduled", 150),
        (trouble, "outbound_troubled", 2 * 1000 + 10),
        (counted, "outbound_line", 2 * 4000 + 10),
        (in_line, "outbound_line", 2 * 3 * 3000 + 10),
        (looked, "outbound_troubled", 5 * 1000 + 10),
    ):
        assert index in plan, plan
        assert rows_touched(plan) <= most, plan


async def test_O28_what_answering_and_settling_ask_is_found_by_keys(doors: Doors, worker_db: Database, world: World) -> None:
    one = "SELECT id, conversation_id FROM outbound_messages WHERE state = 'queued' AND account_id = $1 LIMIT 1"
    async with answers(doors, world), worker_db.by_key() as conn:
        id_, conversation = await conn.fetchrow(one, world.account)
        explained: Any = Explained(conn)
        _, _, before = await said.before(explained, world.workspace, conversation, "no key", "sends")
        found = await outbound.whole(explained, world.workspace, id_, uuid4(), "sends")
    assert (before.is_known, before.is_open) == (False, True)
    assert found is not None
    assert (found.message is not None, found.is_known) == (True, False)
    asked, looked, *_ = explained.plans
    assert ("outbound_open" in asked, "outbound_open" in looked) == (True, True)
    for plan in explained.plans:
        for table in ("messages", "outbound_messages", "parked_events", "attachments"):
            assert f"Seq Scan on {table}" not in plan, plan
        assert rows_touched(plan) <= 50, plan


@pytest.mark.parametrize(
    "kind",
    [kind for kind in claims.KINDS if kind is not claims.SCHEDULES],  # a handful
    ids=lambda kind: kind.name,
)
async def test_claiming_reads_only_what_is_due(worker_db: Database, world: World, kind: claims.Kind) -> None:
    async with worker_db.transaction() as conn:
        await conn.execute("SET LOCAL enable_seqscan = off")
        explained = Explained(conn)
        await kind.claim(explained, NOW, NOW, 10)  # type: ignore[arg-type]
    assert re.search(r"\w+_due|outbound_lanes", explained.plans[0])


async def test_HI5_what_is_open_and_what_is_known_is_asked_by_unique_indexes(worker_db: Database, world: World) -> None:
    async with worker_db.transaction() as conn:
        explained: Any = Explained(conn)
        people = await conn.fetch("SELECT igsid FROM participants WHERE workspace_id = $1 LIMIT 100", world.workspace)
        digests = await conn.fetch("SELECT mid_digest FROM messages WHERE workspace_id = $1 LIMIT 400", world.workspace)
        listed = [(record["igsid"], NOW) for record in people]
        assert len(await history.incomplete(explained, world.workspace, world.account, listed)) == 100
        known = await history.known(explained, world.workspace, world.account, [record["mid_digest"] for record in digests])
    assert len(known) == 400
    assert all("Seq Scan" not in plan for plan in explained.plans)
    assert rows_touched(explained.plans[0]) <= 2 * 100 + 10, explained.plans[0]
    assert rows_touched(explained.plans[1]) <= 400 + 10, explained.plans[1]
    assert "message_mid" in explained.plans[1]


async def test_GA1_looking_after_an_account_reads_its_failures_alone(worker_db: Database, world: World) -> None:
    async with worker_db.transaction() as conn:
        explained: Any = Explained(conn)
        await watches.ensure(conn, world.workspace, world.account, NOW)
        assert await watches.get(explained, world.workspace, world.account) is not None
    assert "delivery_parts_state" in explained.plans[0]


async def test_PR5_a_nights_batch_is_one_range_of_the_oldest(worker_db: Database, world: World) -> None:
    async with worker_db.transaction() as conn:
        explained = ExplainedValue(conn)
        wanted = {"limit": 100, "first_at": NOW, "gap": timedelta(seconds=1)}
        assert await participants.line_up(explained, NOW, **wanted) == 100  # type: ignore[arg-type]
    (plan,) = explained.plans
    (scan,) = re.findall(r"Index (?:Only )?Scan using participants_turn on participants[^\n]*rows=([\d.]+)", plan)
    assert float(scan) == 100
    assert "Seq Scan on participants" not in plan
    assert "Seq Scan on conversations" not in plan
    assert rows_touched(plan) < 800, plan


async def test_IN4_who_knows_a_profile_and_what_a_token_is_for_are_ranges_of_indexes(worker_db: Database, world: World) -> None:
    async with worker_db.transaction() as conn:
        igsid = await conn.fetchval("SELECT igsid FROM participants WHERE workspace_id = $1 LIMIT 1", world.workspace)
        await conn.execute(
            """INSERT INTO verification_tokens (workspace_id, id, account_id, participant_id, digest, seed, event_id, created_at,
                expires_at)
            SELECT workspace_id, gen_random_uuid(), account_id, id, sha256(igsid::bytea), sha256('x'), 'e', $2, $2
            FROM participants WHERE workspace_id = $1 LIMIT 2000""",
            world.workspace,
            NOW,
        )
        for function, given, index in (
            ("conversations_with", igsid, "participants_igsid"),
            ("find_verification", b"x" * 32, "verification_tokens_digest"),
        ):
            body = await conn.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function)
            explained = Explained(conn)
            await explained.fetch(re.sub("profile_ig_id|token_digest", "$1", body), given)
            assert index in explained.plans[0]
            assert rows_touched(explained.plans[0]) <= 20


_LIBRARY = (
    """INSERT INTO members (workspace_id, id, way, user_id, created_at)
    SELECT $1, gen_random_uuid(), 'page', 'user ' || n, $2 FROM generate_series(1, 20) n""",
    """INSERT INTO library_items (workspace_id, id, member_id, kind, key, tags, first_sent_at, last_sent_at)
    SELECT m.workspace_id, gen_random_uuid(), b.id, 'reel', gen_random_uuid(), ARRAY['bread'], m.sent_at, m.sent_at
    FROM (SELECT *, row_number() OVER (ORDER BY sent_at, id) AS n FROM messages WHERE workspace_id = $1 LIMIT 20000) m
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM members WHERE workspace_id = $1 AND created_at = $2) b
        ON b.n = 1 + m.n % 20""",
    """INSERT INTO library_sources (workspace_id, item_id, message_id, position, conversation_id, sent_at)
    SELECT i.workspace_id, i.id, m.id, 0, m.conversation_id, m.sent_at
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM library_items WHERE workspace_id = $1) i
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM messages WHERE workspace_id = $1) m USING (n)
    WHERE $2::timestamptz IS NOT NULL""",
)


@asynccontextmanager
async def shelves(doors: Doors, world: World) -> AsyncIterator[Member]:
    """Twenty members with a thousand items each, and one of them."""
    owner = await connect(doors.owner)
    try:
        for statement in _LIBRARY:
            await owner.execute(statement, world.workspace, NOW)
        await owner.execute("ANALYZE members, library_items, library_sources")
        found = await owner.fetchval("SELECT id FROM members WHERE workspace_id = $1 LIMIT 1", world.workspace)
        yield Member(workspace_id=world.workspace, id=MemberId(found), user_id="user", email=None)
    finally:
        for table in ("library_sources", "library_items", "members"):
            await owner.execute(f"DELETE FROM {table} WHERE workspace_id = $1", world.workspace)
        await owner.close()


async def test_LB5_a_page_of_a_library_is_one_range_of_its_index(doors: Doors, app_db: Database, world: World) -> None:
    deep = (datetime(2026, 6, 3, tzinfo=UTC), UUID(int=2**128 - 1))
    async with shelves(doors, world) as member, explaining(app_db, world) as conn:
        for wanted, most in (
            (Wanted(limit=60), 70),
            (Wanted(limit=60, after=deep), 70),
            (Wanted(limit=60, tag="bread"), 70),
            (Wanted(limit=60, text="nowhere"), 1010),  # looks through this member's alone
        ):
            conn.plans.clear()
            await library.page(conn, member, wanted)  # type: ignore[arg-type]
            (plan,) = conn.plans
            assert "library_page" in plan, plan
            assert "Seq Scan on library" not in plan, plan
            # an item's source, and what its picture may be, are looked up by key
            assert rows_touched(plan) <= 3 * most, plan


async def test_LB4_what_the_library_has_of_a_message_or_an_item_is_found_by_keys(
    doors: Doors, app_db: Database, world: World
) -> None:
    async with shelves(doors, world) as member, explaining(app_db, world) as conn:
        source = await conn.fetchrow(
            "SELECT s.message_id, s.item_id, s.conversation_id FROM library_sources s JOIN library_items i ON i.id = s.item_id"
            " WHERE i.member_id = $1 LIMIT 1", member.id,
        )  # fmt: skip
        conn.plans.clear()
        item, message = ItemId(source["item_id"]), source["message_id"]
        assert len(await library.sources_of(conn, world.workspace, message)) == 1  # type: ignore[arg-type]
        assert await library.one(conn, member, item) is not None  # type: ignore[arg-type]
        assert len(await library.shown(conn, world.workspace, [item])) == 1  # type: ignore[arg-type]
        conversation = ConversationId(source["conversation_id"])
        shown = await library.for_viewer(conn, world.viewer, conversation, None, 50)  # type: ignore[arg-type]
        assert await library.preview(conn, member, item, NOW) is None  # type: ignore[arg-type]
        assert await library.owner_of(conn, world.workspace, message) is not None  # type: ignore[arg-type]
    assert 1 <= len(shown) <= 3
    for plan in conn.plans:
        assert "Seq Scan on library" not in plan, plan
        assert "Seq Scan on messages" not in plan, plan
        assert "Seq Scan on attachments" not in plan, plan
        assert rows_touched(plan) <= 60, plan
