"""What was given up is seen and gets another chance, of every kind. Design 5: dead rows stay visible and can be tried again."""

import re
from typing import LiteralString

import pytest

from confab.arguments.work import WorkKind
from confab.clock import Clock
from confab.store import claims
from confab.store.db import Conn, Database, Doors, connect
from tests.world import Customer, after, comment, happen, make_world, told

REST: dict[str, LiteralString] = {
    "deliveries": "INSERT INTO delivery_queue (delivery_id, due_at) VALUES (gen_random_uuid(), now())",
    "parts": """INSERT INTO delivery_parts (workspace_id, delivery_id, account_id, received_at, state, events, unknown, due_at)
        SELECT workspace_id, gen_random_uuid(), id, now(), 'stored', 1, 0, now() FROM accounts""",
    "outbound": """INSERT INTO outbound_messages (workspace_id, id, account_id, conversation_id, message_id, recipient_igsid,
            kind, payload, actor_kind, state, due_at, created_at)
        SELECT workspace_id, gen_random_uuid(), account_id, conversation_id, id, 'p', 'text', '{}', 'agent', 'queued', now(),
            now() FROM messages""",
    "outbound_scheduled": """INSERT INTO outbound_messages (workspace_id, id, account_id, conversation_id, message_id,
            recipient_igsid, kind, payload, actor_kind, state, due_at, created_at, lane)
        SELECT workspace_id, gen_random_uuid(), account_id, conversation_id, id, 'p', 'text', '{}', 'schedule', 'queued', now(),
            now(), 1 FROM messages""",
    "outbound_automated": """INSERT INTO outbound_messages (workspace_id, id, account_id, conversation_id, message_id,
            recipient_igsid, kind, payload, actor_kind, state, due_at, created_at, lane)
        SELECT workspace_id, gen_random_uuid(), account_id, conversation_id, id, 'p', 'text', '{}', 'rule', 'queued', now(),
            now(), 2 FROM messages""",
    "profiles": "UPDATE profile_fetches SET state = 'due', due_at = now(), attempts = 0, is_refresh = false",
    "refreshes": "UPDATE profile_fetches SET state = 'due', due_at = now(), attempts = 0, is_refresh = true",
    "media": """INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at)
        SELECT workspace_id, id, 0, account_id, now() FROM messages""",
    "avatars": """INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at)
        SELECT workspace_id, id, -1, account_id, now() FROM participants""",
    "removals": """INSERT INTO media_removals (workspace_id, digest, due_at)
        SELECT workspace_id, sha256('file'), now() FROM workspaces""",
    "hints": """INSERT INTO message_hints (workspace_id, account_id, mid_digest, mid, due_at)
        SELECT workspace_id, id, gen_random_uuid(), 'm', now() FROM accounts""",
    "erasures": """INSERT INTO erasures (workspace_id, account_id, mid_digest, mid, due_at)
        SELECT workspace_id, id, gen_random_uuid(), 'm', now() FROM accounts""",
    "earlier": """INSERT INTO earlier_fetches (workspace_id, conversation_id, due_at)
        SELECT workspace_id, id, now() FROM conversations""",
    "runs": """INSERT INTO runs (workspace_id, id, account_id, what, state, asked_by, created_at, due_at)
        SELECT workspace_id, gen_random_uuid(), id, 'messages', 'waiting', 'Dana', now(), now() FROM accounts""",
    "watches": "INSERT INTO account_watches (workspace_id, account_id, due_at) SELECT workspace_id, id, now() FROM accounts",
    "rule_events": """INSERT INTO rule_events (workspace_id, event_key, account_id, kind, at, due_at)
        SELECT workspace_id, gen_random_uuid(), id, 'message', now(), now() FROM accounts""",
    "rule_calls": """INSERT INTO rule_calls (workspace_id, id, account_id, rule_id, rule_name, url, kind, at, due_at)
        SELECT workspace_id, gen_random_uuid(), id, id, 'r', 'https://a', 'message', now(), now() FROM accounts""",
    "turns": "INSERT INTO media_turns (workspace_id, account_id, due_at) SELECT workspace_id, id, now() FROM accounts",
    "snoozes": """INSERT INTO snoozes (workspace_id, conversation_id, due_at)
        SELECT workspace_id, id, now() FROM conversations""",
    "welcomes": """INSERT INTO welcomes (workspace_id, message_id, conversation_id, due_at)
        SELECT workspace_id, id, conversation_id, now() FROM messages""",
    "mails": """INSERT INTO mails (workspace_id, id, purpose, expires_at, due_at)
        SELECT workspace_id, gen_random_uuid(), 'code', now(), now() FROM workspaces""",
    "library": "INSERT INTO library_queue (workspace_id, message_id, due_at) SELECT workspace_id, id, now() FROM messages",
    "library_events": """INSERT INTO library_events (workspace_id, id, item_id, type, body, happened_at, due_at)
        SELECT workspace_id, gen_random_uuid(), id, 'created', '{}', now(), now() FROM messages""",
    "tokens": """INSERT INTO integrations (workspace_id, account_id, access_token, issued_at, updated_at, due_at)
        SELECT workspace_id, id, 'sealed', now(), now(), now() FROM accounts""",
    "errands": """INSERT INTO account_errands (workspace_id, id, kind, state, created_at, due_at)
        SELECT workspace_id, gen_random_uuid(), 'login', 'returned', now(), now() FROM workspaces""",
    "meta_requests": """INSERT INTO meta_requests (id, kind, user_digest, asked_at, due_at)
        VALUES (gen_random_uuid(), 'deauthorize', 'd', now(), now())""",
    "checkups": "INSERT INTO checkups (workspace_id, due_at) SELECT workspace_id, now() FROM workspaces",
    "insights": """INSERT INTO insight_watches (workspace_id, account_id, began_at, night_at, due_at)
        SELECT workspace_id, id, now(), now(), now() FROM accounts""",
    "numbers": "INSERT INTO own_counts (workspace_id, due_at) SELECT workspace_id, now() FROM workspaces",
    "posts": "INSERT INTO post_fetches (workspace_id, post_id, due_at) SELECT workspace_id, id, now() FROM posts",
    "comment_looks": "INSERT INTO comment_looks (workspace_id, comment_id, due_at) SELECT workspace_id, id, now() FROM comments",
    "comment_calls": """INSERT INTO comment_calls (workspace_id, id, account_id, kind, comment_id, lane, actor_kind, actor_name,
            state, due_at, created_at)
        SELECT workspace_id, gen_random_uuid(), account_id, 'hide', id, 0, 'agent', 'Dana', 'queued', now(), now()
        FROM comments""",
    "comment_watches": """INSERT INTO comment_watches (workspace_id, account_id, due_at)
        SELECT workspace_id, id, now() FROM accounts""",
    "searching": "INSERT INTO search_indexes (workspace_id, due_at) SELECT workspace_id, now() FROM workspaces",
    "exports": """INSERT INTO exports (workspace_id, id, kind, account_id, title, state, asked_by, created_at, due_at)
        SELECT workspace_id, gen_random_uuid(), 'account', id, 'x', 'waiting', 'Dana', now(), now() FROM accounts""",
    "schedules": "INSERT INTO schedules (name, due_at) VALUES ('days', now())",
}


@pytest.fixture
async def a_message(doors: Doors, worker_db: Database) -> None:
    """Something for due rows to be about."""
    world = await make_world(doors)
    await happen(worker_db, world, Customer(world.ig_id).writes("m1", "hello", after(0)))
    await told(worker_db, world, comment("c1", "price?"))
    async with worker_db.transaction() as conn:
        await conn.execute("DELETE FROM post_fetches")


async def bury_one(conn: Conn, kind: claims.Kind, clock: Clock) -> claims.Due:
    """A row of this kind, claimed and given up."""
    await conn.execute(REST[kind.name])
    (due, *_) = await kind.claim(conn, clock.now(), clock.now(), 1)
    await kind.bury(conn, due, "hopeless")
    return due


@pytest.mark.parametrize("kind", claims.KINDS, ids=lambda kind: kind.name)
async def test_a_dead_row_is_listed_counted_and_made_due_again(
    worker_db: Database, app_db: Database, a_message: None, clock: Clock, kind: claims.Kind
) -> None:
    async with worker_db.transaction() as conn:
        due = await bury_one(conn, kind, clock)
    async with app_db.transaction() as conn:  # without a workspace: numbers of the whole installation
        counts = await claims.dead_counts(conn)
    assert counts == {other.name: int(other is kind) for other in claims.KINDS}
    async with worker_db.transaction() as conn:
        (dead,) = await kind.dead(conn, 10)
        assert dead.error == "hopeless"
        assert (dead.kind, dead.attempts) == (kind.name, 1)
        assert (dead.workspace_id is not None) is kind.is_of_workspace
        assert due.key == (*([dead.workspace_id] if dead.workspace_id else []), *dead.key)
        assert await kind.revive(conn, clock.now()) == 1
        assert (await kind.dead(conn, 10), sum((await claims.dead_counts(conn)).values())) == ([], 0)
        again = await kind.claim(conn, clock.now(), clock.now(), 100)
        assert claims.Due(key=due.key, attempts=1, lanes=due.lanes) in again
        assert await kind.revive(conn, clock.now()) == 0


async def kinds(doors: Doors) -> list[tuple[str, str]]:
    """The table and the condition of every kind, as migrations list them."""
    owner = await connect(doors.owner)
    try:
        return [(record["of_table"], record["waiting"]) for record in await owner.fetch("SELECT * FROM work_kinds")]
    finally:
        await owner.close()


async def test_counting_reads_only_what_is_dead(worker_db: Database, doors: Doors) -> None:
    async with worker_db.transaction() as conn:
        await conn.execute("SET LOCAL enable_seqscan = off")  # as the function has it
        plan = ""
        for table, waiting in await kinds(doors):
            found = await conn.fetch(f"EXPLAIN SELECT count(*) FROM {table} WHERE due_at = 'infinity' AND {waiting}")
            plan += "\n".join(record[0] for record in found)
    used = re.findall(r"using (\w+_due|runs_one_at_a_time|outbound_lanes) ", plan)
    assert len(used) == len(claims.KINDS) - 1, plan  # schedules are a handful


def test_the_command_line_knows_every_kind() -> None:
    assert [kind.value for kind in WorkKind] == [kind.name for kind in claims.KINDS]
