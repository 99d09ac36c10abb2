"""Every hot read of rules is a range of one index, beside other tenants, accounts and people. Rules RU1, RU12-RU19."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from confab.store import claims, ids, rule_events, rule_log, rules
from confab.store.db import Database, Doors, connect
from tests.integration.store.test_plans import Explained, ExplainedValue, rows_touched
from tests.world import World, make_world

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LAST = UUID(int=2**128 - 1)
RULES = 20
FIRED = 60
"""How often each rule fired for one person, out of 12,000."""


@pytest.fixture(scope="module")
def _filled() -> dict[str, World]:
    return {}


@pytest.fixture
async def world(doors: Doors, _filled: dict[str, World]) -> World:
    """Two workspaces of two accounts with rules that fire; of ours the second account has most."""
    if not _filled:
        for name, ig_id in (("other", "17841400000000001"), ("ours", "17841400000000002")):
            _filled[name] = await make_world(doors, ig_id=ig_id)
            await fill(doors, _filled[name])
    return _filled["ours"]


async def fill(doors: Doors, world: World) -> None:
    owner = await connect(doors.owner)
    try:
        await owner.execute("SET session_replication_role = replica")
        for statement in _FILL.split(";\n"):
            await owner.execute(
                statement.replace(":workspace", f"'{world.workspace}'")
                .replace(":account", f"'{world.account}'")
                .replace(":agent", f"'{world.viewer.agent_id}'")
            )
        await owner.execute("ANALYZE")
    finally:
        await owner.close()


_FILL = """
INSERT INTO accounts (workspace_id, id, ig_id, username, created_at)
VALUES (:workspace, md5('large' || :workspace)::uuid, 'large' || :workspace, 'large', now());
INSERT INTO rule_books (workspace_id, account_id, settings)
SELECT :workspace, id, '{}' FROM accounts WHERE workspace_id = :workspace;
INSERT INTO rule_books (workspace_id, account_id, settings)
SELECT :workspace, gen_random_uuid(), '{}' FROM generate_series(1, 3000);
INSERT INTO rules (workspace_id, id, account_id, position, mode, definition, version, updated_at, updated_by)
SELECT :workspace, md5(a.id::text || n)::uuid, a.id, n, CASE WHEN n % 2 = 0 THEN 'on' ELSE 'off' END,
    '{"name": "r", "trigger": {"kind": "message"}, "conditions": [], "actions": [],
    "stops": false, "cooldown_s": 0}', 1, now(), :agent
FROM (SELECT id FROM accounts WHERE workspace_id = :workspace UNION ALL SELECT gen_random_uuid() FROM generate_series(1, 200)) a
CROSS JOIN generate_series(1, 20) n;
INSERT INTO participants (workspace_id, id, account_id, igsid, username, created_at)
SELECT :workspace, md5(a.id || 'p' || n)::uuid, a.id, 'p' || n, 'person' || n, '2026-10-01'
FROM accounts a CROSS JOIN generate_series(1, 200) n WHERE a.workspace_id = :workspace;
INSERT INTO conversations (workspace_id, id, account_id, participant_id, read_up_to, created_at)
SELECT :workspace, id, account_id, id, '2026-01-01', '2026-10-01' FROM participants WHERE workspace_id = :workspace;
INSERT INTO messages (workspace_id, id, account_id, conversation_id, mid, mid_digest, direction, author_kind, text, sent_at,
    status)
SELECT :workspace, uuid_at('2026-10-10'::timestamptz + row_number() OVER (ORDER BY n) * interval '1 second'),
    c.account_id, c.id, c.id || 'm' || n,
    md5(c.id || 'm' || n)::uuid, 'inbound', 'participant', 'message',
    '2026-10-10'::timestamptz + n * interval '1 second', 'received'
FROM conversations c CROSS JOIN generate_series(1, CASE WHEN c.account_id = :account THEN 20 ELSE 200 END) n
WHERE c.workspace_id = :workspace;
INSERT INTO comments (workspace_id, id, account_id, comment_key, kind, media, author_ig_id, is_own, created_at)
SELECT :workspace, uuid_at('2026-10-10'::timestamptz + row_number() OVER (ORDER BY n) * interval '1 second'),
    p.account_id, p.id || 'c' || n, 'comment', '{}',
    p.igsid, false, '2026-10-10'
FROM participants p CROSS JOIN generate_series(1, CASE WHEN p.account_id = :account THEN 5 ELSE 50 END) n
WHERE p.workspace_id = :workspace;
INSERT INTO rule_people (workspace_id, conversation_id, paused_until)
SELECT workspace_id, id, now() FROM conversations WHERE workspace_id = :workspace;
INSERT INTO rule_fires (workspace_id, rule_id, event_key, account_id, conversation_id, person, version, is_watch, sends, outcome,
    at)
SELECT :workspace, r.id, md5(r.id || p.igsid || n)::uuid, r.account_id, p.id, p.igsid, 1, false, true, 'done',
    '2026-10-10'::timestamptz + n * interval '1 hour'
FROM rules r JOIN participants p ON p.workspace_id = r.workspace_id AND p.account_id = r.account_id
CROSS JOIN generate_series(1, 3) n WHERE r.workspace_id = :workspace;
INSERT INTO rule_runs (workspace_id, id, account_id, conversation_id, kind, subject_id, event_key, person, book_version, looked,
    passed_over, fires, has_fired, at)
SELECT :workspace, uuid_at('2026-10-10'::timestamptz + row_number() OVER (ORDER BY n) * interval '1 second'),
    p.account_id, p.id, 'message',
    p.id, md5(p.id || 'r' || n)::uuid,
    p.igsid, 1, '[]', 0, '[]', n % 10 = 0, '2026-10-10'
FROM participants p CROSS JOIN generate_series(1, 60) n WHERE p.workspace_id = :workspace;
INSERT INTO rule_events (workspace_id, event_key, account_id, conversation_id, kind, minutes, at, due_at)
SELECT :workspace, md5(c.id || 'e' || n)::uuid, c.account_id, c.id, 'no_answer', 30, '2026-10-10',
    '2026-11-01'::timestamptz + n * interval '1 hour'
FROM conversations c CROSS JOIN generate_series(1, 40) n WHERE c.workspace_id = :workspace
"""


def scanned(plan: str, index: str) -> int:
    """How many rows the first scan of an index brought."""
    (rows,) = re.findall(rf"Index (?:Only )?Scan using {index} [^\n]*rows=([\d.]+)", plan)[:1]
    return round(float(rows))


@asynccontextmanager
async def looking(app_db: Database, world: World) -> AsyncIterator[Explained]:
    async with app_db.viewing(world.workspace) as conn:
        yield Explained(conn)


async def person_of(db: Database, world: World) -> UUID:
    async with db.transaction() as conn:
        return await conn.fetchval("SELECT id FROM conversations WHERE account_id = $1 LIMIT 1", world.account)


async def test_RU3_the_book_of_an_account_is_one_row_and_its_rules_one_range(app_db: Database, world: World) -> None:
    async with looking(app_db, world) as conn:
        await rules.book(conn, world.workspace, world.account)  # type: ignore[arg-type] -- it only explains
        live = await rules.live(conn, world.workspace, world.account)  # type: ignore[arg-type]
    book, of_rules = conn.plans
    assert ("rule_books_pkey" in book, rows_touched(book)) == (True, 1), book
    assert len(live) == RULES / 2
    assert "rules_account" in of_rules
    assert rows_touched(of_rules) <= RULES + RULES, of_rules  # each with whoever changed it


async def test_RU18_how_often_rules_fired_is_counted_from_the_newest_of_each(app_db: Database, world: World) -> None:
    async with looking(app_db, world) as conn:
        shown = await rules.of_account(conn, world.workspace, world.account, NOW - timedelta(days=30))  # type: ignore[arg-type]
    (plan,) = conn.plans
    assert {rule.fired for rule in shown} == {3 * 200}
    assert "rule_fires_newest" in plan
    assert "Seq Scan on rule_fires" not in plan
    assert rows_touched(plan) <= RULES * (600 + 1 + 2), plan  # counted up to a thousand, the last, the rule and its writer


async def test_RU14_events_that_are_due_are_the_first_rows_of_their_index(worker_db: Database, world: World) -> None:
    async with worker_db.transaction() as conn:
        explained = Explained(conn)
        due = await claims.RULE_EVENTS.claim(explained, NOW, NOW + timedelta(minutes=2), 50)  # type: ignore[arg-type]
    (plan,) = explained.plans
    assert len(due) == 50
    assert "rule_events_due" in plan
    assert "Seq Scan" not in plan, plan
    assert rows_touched(plan) <= 50 * 2 + 10, plan  # found, and claimed by key


async def test_RU12_RU13_cool_downs_and_pauses_are_read_from_one_persons_part_alone(worker_db: Database, world: World) -> None:
    conversation = await person_of(worker_db, world)
    async with worker_db.transaction() as conn:
        explained = Explained(conn)
        message = await conn.fetchval("SELECT id FROM messages WHERE conversation_id = $1 LIMIT 1", conversation)
        person, written = await rule_events.talk(explained, world.workspace, world.account, conversation, message, NOW)  # type: ignore[arg-type]
        comment = await conn.fetchval("SELECT id FROM comments WHERE account_id = $1 LIMIT 1", world.account)
        remark = await rule_events.commenter(explained, world.workspace, world.account, comment, NOW)  # type: ignore[arg-type]
        unanswered = await rule_events.first_unanswered(explained, world.workspace, conversation)  # type: ignore[arg-type]
    assert person is not None
    assert remark is not None
    assert written is not None
    assert unanswered is not None
    assert (len(person.fired_rules), len(remark.fired_rules)) == (FIRED, FIRED)
    for plan in explained.plans[:2]:
        assert "rule_fires_person" in plan
        assert rows_touched(plan) <= FIRED + 120, plan  # and at most 20 messages, thrice
    for plan in (explained.plans[0], explained.plans[2]):
        assert "message_page" in plan
    for plan in explained.plans:
        for table in ("messages", "rule_fires", "rule_people", "participants", "conversations", "comments", "rule_books"):
            assert f"Seq Scan on {table}" not in plan, plan
    assert rows_touched(explained.plans[2]) <= 2 * 20, explained.plans[2]


async def test_RU12_whether_rules_answer_somebody_is_one_row(app_db: Database, worker_db: Database, world: World) -> None:
    conversation = await person_of(worker_db, world)
    async with looking(app_db, world) as conn:
        await rule_log.standing(conn, world.viewer, conversation)  # type: ignore[arg-type]
    (plan,) = conn.plans
    assert ("rule_people_pkey" in plan, rows_touched(plan)) == (True, 1), plan


@pytest.mark.parametrize(("fired", "index"), [(False, "rule_runs_page"), (True, "rule_runs_fired")])
async def test_RU18_a_page_of_the_log_is_one_range_of_its_index(app_db: Database, world: World, fired: bool, index: str) -> None:
    wanted = rule_log.Filter(account=world.account, has_fired=fired)
    async with looking(app_db, world) as conn:
        found, next_ = await rule_log.page(conn, world.viewer, wanted, LAST, 50)  # type: ignore[arg-type]
    assert (len(found), next_) == (50, found[-1].id)
    (plan,) = conn.plans
    assert index in plan
    assert rows_touched(plan) <= 50, plan


async def test_RU18_what_became_of_one_conversation_is_looked_for_in_so_many_runs_at_a_time(
    app_db: Database, worker_db: Database, world: World
) -> None:
    conversation = await person_of(worker_db, world)
    wanted = rule_log.Filter(account=world.account, conversation=conversation)  # type: ignore[arg-type]
    async with looking(app_db, world) as conn:
        found, _ = await rule_log.page(conn, world.viewer, wanted, LAST, 100)  # type: ignore[arg-type]
    assert len(found) == 60
    for plan in conn.plans:
        assert "rule_runs_page" in plan
        assert rows_touched(plan) <= 3 * 200 * 60, plan  # those of the account: found, sorted, and thrown away


@pytest.mark.parametrize("what", ["messages", "comments"])
async def test_RU19_a_piece_of_a_try_out_is_so_many_rows_of_the_primary_key_whosever_they_are(
    app_db: Database, world: World, what: str
) -> None:
    source = rule_log.messages_of if what == "messages" else rule_log.comments_of
    after, seen, pieces = ids.first(datetime(2026, 10, 9, tzinfo=UTC)), set[UUID](), 0
    async with looking(app_db, world) as conn:
        while after is not None:
            piece = rule_log.Piece(account=world.account, after=after, until=ids.first(NOW), limit=1000)
            found, after = await source(conn, world.workspace, piece)  # type: ignore[arg-type]
            seen |= {one.id for one in found}
            pieces += 1
    assert len(seen) == (200 * 20 if what == "messages" else 200 * 5)
    assert pieces <= (200 * 220 if what == "messages" else 200 * 55) / 5000 + 5
    first, last = conn.plans[0], conn.plans[1]
    assert rows_touched(last) <= 5000, last
    for plan in (first, last):
        assert f"{what}_pkey" in plan
        assert f"Seq Scan on {what}" not in plan, plan
    assert scanned(first, f"{what}_pkey") <= 5000, first


async def test_RU1_what_nobody_waits_for_costs_one_look_at_its_book(worker_db: Database, world: World) -> None:
    news = rule_events.News(
        workspace_id=world.workspace, account_id=world.account, conversation_id=await person_of(worker_db, world), kind="message",
        subject_id=ids.new(NOW), event_key=ids.new(NOW), kinds="message", at=NOW, is_writing=True,
    )  # fmt: skip
    async with worker_db.transaction() as conn:
        explained = ExplainedValue(conn)
        assert await rule_events.enqueue(explained, [news], NOW) == 0  # type: ignore[arg-type]
    (plan,) = explained.plans
    assert "rule_books_pkey" in plan, plan
    assert rows_touched(plan) <= 2, plan  # the book, and the event that it does not want
