"""What is too old is deleted where a setting says so, with all that hangs on it; what is held stays. Rules RT1-RT6."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from confab.archive import holding
from confab.errors import Invalid, Misconfigured, NotFound
from confab.inbox import act
from confab.inbox.archiving import next_night
from confab.inbox.erase import Eraser
from confab.inbox.retention import Deleted, Retention
from confab.model.commands import AddNote
from confab.parse import RetainedKind
from confab.search.indexing import Indexing
from confab.settings import read
from confab.store import claims, conversations, deliveries, ids, search
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.integration.inbox.desk import Desk
from tests.world import NOON, Customer, body, happen, make_world

OLD = timedelta(days=400)
ALL: dict[RetainedKind, int] = {"messages": 365, "comments": 365, "notes": 365}
PEOPLE: dict[RetainedKind, int] = {**ALL, "people": 365}


class Cellar:
    """A conversation of two messages of last year and one of today, with a note and a comment of last year."""

    def __init__(self, desk: Desk, doors: Doors) -> None:
        self.desk, self.db, self.world, self.waker = desk, desk.db, desk.world, Wake(doors.worker)

    async def run(self, *, is_dry: bool = False, days: Mapping[RetainedKind, int] = ALL) -> Deleted:
        done = await Retention(self.db, self.desk.clock, self.waker, days=days).run(self.world.workspace, is_dry=is_dry)
        return done.get(self.world.workspace, Deleted())

    async def fetch(self, sql: str) -> list[Any]:
        async with self.db.transaction() as conn:
            return [tuple(record) for record in await conn.fetch(sql, self.world.workspace)]

    async def texts(self) -> list[str]:
        return [text for (text,) in await self.fetch("SELECT text FROM messages WHERE workspace_id = $1 ORDER BY sent_at")]

    async def preview(self) -> str | None:
        async with self.db.transaction() as conn:
            found = await conversations.get(conn, self.world.workspace, self.desk.conversation)
        return found.last_message_preview

    async def hold(self, what: holding.What) -> holding.HoldId:
        async with self.db.transaction() as conn:
            return (await holding.place(conn, self.world.workspace, what, "a court", "Dana", NOON)).id

    async def release(self, hold: holding.HoldId) -> None:
        async with self.db.transaction() as conn:
            await holding.release(conn, self.world.workspace, hold, "Dana", NOON)


@pytest.fixture
async def cellar(doors: Doors, worker_db: Database) -> Cellar:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    long_ago = NOON - OLD
    await happen(
        worker_db,
        world,
        ada.writes("m1", "pelican one", long_ago),
        ada.echo("m2", "pelican two", long_ago + timedelta(minutes=1)),
        ada.writes("m3", "heron", NOON),
        now=NOON,
    )
    async with worker_db.transaction() as conn:
        id_ = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
        await conn.execute(
            """INSERT INTO comments (workspace_id, id, account_id, comment_key, kind, media, text, is_own, created_at)
            VALUES ($1, gen_random_uuid(), $2, 'c', 'comment', '{}', 'nice', false, $3)""",
            world.workspace, world.account, long_ago,
        )  # fmt: skip
    cellar = Cellar(Desk(worker_db, doors, world, id_), doors)
    async with worker_db.transaction() as conn:
        await act.add_note(conn, cellar.desk.actor, AddNote(conversation_id=id_, text="regular"), long_ago)
    return cellar


async def test_RT1_nothing_is_deleted_unless_a_setting_names_its_kind(cellar: Cellar) -> None:
    assert await cellar.run(days={}) == Deleted()
    assert await cellar.run(days={"notes": 365}) == Deleted(notes=1)
    assert len(await cellar.texts()) == 3


def test_RT1_the_setting_says_what_is_wrong_with_it() -> None:
    assert dict(read({"CONFAB_RETENTION_DAYS": "messages=730, notes=90"}).retention_days) == {"messages": 730, "notes": 90}
    assert read({}).retention_days == ()
    for wrong in ("messages", "messages=7", "messages=29", "stories=90", "notes=90,notes=91", "notes=-1"):
        with pytest.raises(Misconfigured, match="at least 30"):
            read({"CONFAB_RETENTION_DAYS": wrong})


async def test_RT2_a_dry_run_counts_the_same_and_changes_nothing(cellar: Cellar) -> None:
    counted = await cellar.run(is_dry=True)
    assert counted == Deleted(messages=2, comments=1, notes=1)
    assert len(await cellar.texts()) == 3
    assert await cellar.fetch("SELECT id FROM audit_lines WHERE workspace_id = $1") == []
    assert await cellar.run() == counted
    assert await cellar.run() == Deleted()


async def test_RT2_what_is_too_old_is_nowhere_any_more(cellar: Cellar, worker_db: Database) -> None:
    indexing = Indexing(worker_db, cellar.desk.clock, cellar.waker)
    async with worker_db.transaction() as conn:
        await search.ensure(conn, cellar.world.workspace, NOON)
        (due,) = await claims.SEARCHING.claim(conn, NOON, NOON, 10)
    await indexing.run(due)
    assert await cellar.run() == Deleted(messages=2, comments=1, notes=1)
    assert await cellar.texts() == ["heron"]
    for table in ("notes", "comments"):
        assert await cellar.fetch(f"SELECT id FROM {table} WHERE workspace_id = $1") == []
    said = await cellar.fetch("SELECT convert_from(body, 'UTF8') FROM changes WHERE workspace_id = $1")
    words = await cellar.fetch("SELECT word FROM search_words WHERE workspace_id = $1")
    assert not any("pelican" in text or "regular" in text or "nice" in text for (text,) in [*said, *words])
    assert ("heron",) in words
    kinds = [kind for (kind,) in await cellar.fetch("SELECT type FROM changes WHERE workspace_id = $1 ORDER BY seq")]
    assert kinds[-4:].count("message_removed") == 2
    assert {"note_removed", "comment_removed"} <= set(kinds)


async def test_RT2_the_ledger_is_blanked_so_that_a_replay_revives_nothing(cellar: Cellar, worker_db: Database) -> None:
    ada, long_ago = Customer(cellar.world.ig_id, "77"), NOON - OLD
    items = [ada.writes("late", "swordfish", long_ago)]
    async with worker_db.transaction() as conn:
        delivery = ids.new(NOON)
        await conn.execute(
            "INSERT INTO deliveries (id, received_at, body) VALUES ($1, $2, $3)", delivery, NOON, body(cellar.world.ig_id, *items)
        )
    await happen(worker_db, cellar.world, *items, now=NOON)
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE messages SET delivery_id = $1 WHERE mid = 'late'", delivery)
    assert (await cellar.run()).messages == 3
    async with worker_db.transaction() as conn:
        due = await claims.ERASURES.claim(conn, cellar.desk.clock.now(), cellar.desk.clock.now(), 10)
    for one in due:
        await Eraser(worker_db).run(one)
    async with worker_db.transaction() as conn:
        (raw,) = await deliveries.raw(conn, [delivery])
    assert b"swordfish" not in raw.body
    assert b"is_deleted" in raw.body


@pytest.mark.parametrize("what", ["conversation", "account", "workspace"])
async def test_RT3_what_is_held_stays(cellar: Cellar, what: str) -> None:
    held = {
        "conversation": holding.What(conversation_id=cellar.desk.conversation),
        "account": holding.What(account_id=cellar.world.account),
        "workspace": holding.What(),
    }[what]
    hold = await cellar.hold(held)
    expected = Deleted(comments=1) if what == "conversation" else Deleted()
    assert await cellar.run(is_dry=True) == expected
    assert await cellar.run() == expected
    await cellar.release(hold)
    assert (await cellar.run()).messages == 2


async def test_RT3_a_hold_has_a_reason_and_is_of_something(cellar: Cellar, worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        for what, reason, error in (
            (holding.What(), " ", Invalid),
            (holding.What(account_id=cellar.world.account, conversation_id=cellar.desk.conversation), "x", Invalid),
            (holding.What(conversation_id=ids.new(NOON)), "x", NotFound),
            (holding.What(account_id=ids.new(NOON)), "x", NotFound),
        ):
            with pytest.raises(error):
                await holding.place(conn, cellar.world.workspace, what, reason, "Dana", NOON)
        with pytest.raises(NotFound):
            await holding.release(conn, cellar.world.workspace, holding.HoldId(ids.new(NOON)), "Dana", NOON)


async def test_RT4_the_record_says_what_was_deleted_and_what_is_held(cellar: Cellar) -> None:
    hold = await cellar.hold(holding.What(conversation_id=cellar.desk.conversation))
    await cellar.release(hold)
    await cellar.release(hold)
    await cellar.run()
    lines = await cellar.fetch("SELECT actor, what, facts FROM audit_lines WHERE workspace_id = $1 ORDER BY id")
    assert [what for _, what, _ in sorted(lines, key=lambda line: line[1])] == ["deleted_by_age", "hold_placed", "hold_released"]
    (facts,) = [facts for _, what, facts in lines if what == "deleted_by_age"]
    assert facts == {"days": dict(ALL), "messages": 2, "comments": 1, "notes": 1, "people": 0}


async def test_RT5_a_conversation_that_lost_all_shows_none_and_begins_anew(cellar: Cellar, worker_db: Database) -> None:
    cellar.desk.clock.ahead += OLD
    assert (await cellar.run()).messages == 3
    assert (await cellar.texts(), await cellar.preview()) == ([], None)
    now = cellar.desk.clock.now()
    await happen(worker_db, cellar.world, Customer(cellar.world.ig_id).writes("m9", "hello again", now), now=now)
    assert await cellar.preview() == "hello again"


async def test_RT2_the_job_comes_at_night(cellar: Cellar, worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        await conn.execute("INSERT INTO schedules (name, due_at) VALUES ('retention', $1)", NOON)
    await Retention(worker_db, cellar.desk.clock, cellar.waker, days=ALL).nightly(Due(key=("retention",), attempts=1))
    assert await cellar.texts() == ["heron"]
    async with worker_db.transaction() as conn:
        assert await claims.SCHEDULES.next_due_at(conn) == next_night(cellar.desk.clock.now())
        await conn.execute("DELETE FROM schedules")


async def people(cellar: Cellar) -> list[str]:
    return [igsid for (igsid,) in await cellar.fetch("SELECT igsid FROM participants WHERE workspace_id = $1 ORDER BY igsid")]


async def test_RT6_people_of_whom_nothing_is_left_go_with_their_picture_and_empty_conversation(
    cellar: Cellar, worker_db: Database
) -> None:
    cellar.desk.clock.ahead += OLD
    picture = b"p" * 32
    async with worker_db.transaction() as conn:
        await conn.execute(
            """INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at)
            VALUES ($1, $2, 'image/png', 1, $3)""",
            cellar.world.workspace, picture, NOON,
        )  # fmt: skip
        await conn.execute("UPDATE participants SET avatar_digest = $2, created_at = $3 WHERE workspace_id = $1",
            cellar.world.workspace, picture, NOON - OLD)  # fmt: skip
    assert (await cellar.run(days={"people": 365})).people == 0  # messages are left
    counted = await cellar.run(days=PEOPLE, is_dry=True)
    assert (counted.messages, counted.people) == (3, 0)  # while there are messages
    assert await cellar.run(days=PEOPLE) == Deleted(messages=3, comments=1, notes=1, people=1)
    for table in ("participants", "conversations", "profile_fetches", "rule_people"):
        assert await cellar.fetch(f"SELECT 1 FROM {table} WHERE workspace_id = $1") == [], table
    assert await cellar.fetch("SELECT digest FROM media_removals WHERE workspace_id = $1") == [(picture,)]
    said = await cellar.fetch("SELECT type FROM changes WHERE workspace_id = $1 AND type = 'conversation_updated'")
    assert said == []
    (facts,) = await cellar.fetch(
        "SELECT facts FROM audit_lines WHERE workspace_id = $1 AND what = 'deleted_by_age' AND facts->>'people' = '1'"
    )
    assert facts[0]["days"]["people"] == 365
    now = cellar.desk.clock.now()
    await happen(worker_db, cellar.world, Customer(cellar.world.ig_id).writes("m9", "hello again", now), now=now)
    assert len(await people(cellar)) == 1


_LEFT = {
    "comment": """INSERT INTO comments (workspace_id, id, account_id, comment_key, kind, media, author_ig_id, is_own, created_at)
        SELECT workspace_id, gen_random_uuid(), account_id, 'young', 'comment', '{}', igsid, false, now() FROM participants p
        WHERE workspace_id = $1""",
    "note": """INSERT INTO notes (workspace_id, id, conversation_id, agent_id, text, created_at)
        SELECT workspace_id, gen_random_uuid(), id, (SELECT id FROM agents LIMIT 1), 'regular', now() + interval '1 year'
        FROM conversations WHERE workspace_id = $1""",
    "connection": "UPDATE participants SET connected_user_id = 'u1' WHERE workspace_id = $1",
    "a tap": "UPDATE conversations SET window_opened_at = now() + interval '1 year' WHERE workspace_id = $1",
    "stop": """INSERT INTO rule_people (workspace_id, conversation_id, opted_out_at) SELECT workspace_id, id, now()
        FROM conversations WHERE workspace_id = $1""",
    "hold": """INSERT INTO legal_holds (workspace_id, id, account_id, reason, placed_by, placed_at)
        SELECT workspace_id, gen_random_uuid(), id, 'a court', 'Dana', now() FROM accounts WHERE workspace_id = $1""",
}


@pytest.mark.parametrize("what", sorted(_LEFT))
async def test_RT6_who_left_anything_or_was_here_lately_or_wants_no_more_texts_stays(cellar: Cellar, what: str) -> None:
    cellar.desk.clock.ahead += OLD
    await cellar.run(days={"messages": 365, "notes": 365})
    async with cellar.db.transaction() as conn:
        await conn.execute("UPDATE participants SET created_at = $2 WHERE workspace_id = $1", cellar.world.workspace, NOON - OLD)
        await conn.execute(_LEFT[what], cellar.world.workspace)
    assert (await cellar.run(days={"people": 365})).people == 0
    assert len(await people(cellar)) == 1


async def test_RT6_a_dry_run_walks_over_all_people_in_steps(cellar: Cellar) -> None:
    async with cellar.db.transaction() as conn:
        await conn.execute(
            """INSERT INTO participants (workspace_id, id, account_id, igsid, created_at)
            SELECT $1, gen_random_uuid(), $2, 'p' || n, $3 FROM generate_series(1, 450) n""",
            cellar.world.workspace, cellar.world.account, NOON - OLD,
        )  # fmt: skip
    assert (await cellar.run(days={"people": 365}, is_dry=True)).people == 450
    assert (await cellar.run(days={"people": 365})).people == 450
    assert len(await people(cellar)) == 1
