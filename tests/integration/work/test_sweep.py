"""Whatever is due is found although nobody was told: waking saves only time. Every kind of due row, and who handles it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from confab.clock import Clock
from confab.settings import Settings
from confab.store import claims
from confab.store.claims import Due, Kind
from confab.store.db import Database, Doors, connect
from confab.store.wake import Wake
from confab.work.loop import Each, Together, Worker
from confab.worker import outside, works
from tests.stack import until

KINDS = {kind.name: kind for kind in vars(claims).values() if isinstance(kind, Kind)}
ROWS = {
    "deliveries": "INSERT INTO delivery_queue (delivery_id, due_at) VALUES ($2, $1)",
    "parts": """INSERT INTO delivery_parts (workspace_id, delivery_id, account_id, received_at, state, events, unknown, due_at,
        attempts) VALUES ($2, $2, $2, $1, 'stored', 1, 0, $1, 0)""",
    "outbound": """INSERT INTO outbound_messages (workspace_id, id, account_id, conversation_id, message_id, recipient_igsid,
        kind, payload, actor_kind, state, due_at, created_at)
        VALUES ($2, $2, $2, $2, $2, '1', 'text', '{}', 'agent', 'queued', $1, $1)""",
    "profiles": "INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at) VALUES ($2, $2, 'due', $1)",
    "refreshes": """INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
        VALUES ($2, $2, 'due', $1, true)""",
    "searching": "INSERT INTO search_indexes (workspace_id, due_at) VALUES ($2, $1)",
    "exports": """INSERT INTO exports (workspace_id, id, kind, account_id, title, state, asked_by, created_at, due_at)
        VALUES ($2, $2, 'account', $2, 'x', 'waiting', 'Dana', $1, $1)""",
    "hints": "INSERT INTO message_hints (workspace_id, account_id, mid_digest, mid, due_at) VALUES ($2, $2, $2, 'm', $1)",
    "erasures": "INSERT INTO erasures (workspace_id, account_id, mid_digest, mid, due_at) VALUES ($2, $2, $2, 'm', $1)",
    "media": "INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at) VALUES ($2, $2, 0, $2, $1)",
    "avatars": "INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at) VALUES ($2, $2, -1, $2, $1)",
    "turns": "INSERT INTO media_turns (workspace_id, account_id, due_at) VALUES ($2, $2, $1)",
    "removals": "INSERT INTO media_removals (workspace_id, digest, due_at) VALUES ($2, decode(repeat('00', 32), 'hex'), $1)",
    "earlier": "INSERT INTO earlier_fetches (workspace_id, conversation_id, due_at) VALUES ($2, $2, $1)",
    "runs": """INSERT INTO runs (workspace_id, id, account_id, what, state, asked_by, created_at, due_at)
        VALUES ($2, $2, $2, 'messages', 'waiting', 'Dana', $1, $1)""",
    "watches": "INSERT INTO account_watches (workspace_id, account_id, due_at) VALUES ($2, $2, $1)",
    "snoozes": "INSERT INTO snoozes (workspace_id, conversation_id, due_at) VALUES ($2, $2, $1)",
    "welcomes": "INSERT INTO welcomes (workspace_id, message_id, conversation_id, due_at) VALUES ($2, $2, $2, $1)",
    "mails": "INSERT INTO mails (workspace_id, id, purpose, expires_at, due_at) VALUES ($2, $2, 'code', $1, $1)",
    "library": "INSERT INTO library_queue (workspace_id, message_id, due_at) VALUES ($2, $2, $1)",
    "library_events": """INSERT INTO library_events (workspace_id, id, item_id, type, body, happened_at, due_at)
        VALUES ($2, $2, $2, 'created', '{}', $1, $1)""",
    "tokens": """INSERT INTO integrations (workspace_id, account_id, access_token, issued_at, updated_at, due_at)
        VALUES ($2, $2, 'sealed', $1, $1, $1)""",
    "errands": """INSERT INTO account_errands (workspace_id, id, kind, state, created_at, due_at)
        VALUES ($2, $2, 'login', 'returned', $1, $1)""",
    "meta_requests": """INSERT INTO meta_requests (id, kind, user_digest, asked_at, due_at)
        VALUES ($2, 'deauthorize', 'd', $1, $1)""",
    "checkups": "INSERT INTO checkups (workspace_id, due_at) VALUES ($2, $1)",
    "insights": """INSERT INTO insight_watches (workspace_id, account_id, began_at, night_at, due_at)
        VALUES ($2, $2, $1, $1, $1)""",
    "numbers": "INSERT INTO own_counts (workspace_id, due_at) VALUES ($2, $1)",
    "posts": "INSERT INTO post_fetches (workspace_id, post_id, due_at) VALUES ($2, $2, $1)",
    "comment_looks": "INSERT INTO comment_looks (workspace_id, comment_id, due_at) VALUES ($2, $2, $1)",
    "comment_calls": """INSERT INTO comment_calls (workspace_id, id, account_id, kind, comment_id, lane, actor_kind, actor_name,
        state, due_at, created_at) VALUES ($2, $2, $2, 'hide', $2, 0, 'agent', 'Dana', 'queued', $1, $1)""",
    "comment_watches": "INSERT INTO comment_watches (workspace_id, account_id, due_at) VALUES ($2, $2, $1)",
    "rule_events": """INSERT INTO rule_events (workspace_id, event_key, account_id, kind, at, due_at)
        VALUES ($2, $2, $2, 'message', $1, $1)""",
    "rule_calls": """INSERT INTO rule_calls (workspace_id, id, account_id, rule_id, rule_name, url, kind, at, due_at)
        VALUES ($2, $2, $2, $2, 'r', 'https://a', 'message', $1, $1)""",
    "schedules": "INSERT INTO schedules (name, due_at) VALUES ($2::uuid::text, $1)",
}
for name, lane in (("outbound_scheduled", "1"), ("outbound_automated", "2")):
    ROWS[name] = ROWS["outbound"].replace("created_at)", "created_at, lane)").replace("$1, $1)", f"$1, $1, {lane})")


async def become_due(doors: Doors, at: datetime) -> None:
    """A row of every kind. What it is about is nobody's concern here, so there is no such thing."""
    owner = await connect(doors.owner)
    await owner.execute("SET session_replication_role = replica")
    for statement in ROWS.values():
        await owner.execute(statement, at, uuid4())
    await owner.close()


async def test_F8_a_due_row_of_any_kind_is_found_although_no_notification_came(
    worker_db: Database, doors: Doors, clock: Clock
) -> None:
    assert ROWS.keys() == KINDS.keys()
    found: list[str] = []

    def handled(kind: Kind) -> Each | Together:
        async def one(_: Due) -> None:
            found.append(kind.name)

        async def several(dues: Sequence[Due]) -> None:
            async with worker_db.transaction() as conn:
                for due in dues:
                    found.append(kind.name)
                    await kind.finish(conn, due)

        lease = timedelta(minutes=10)
        if kind is claims.DELIVERIES:
            return Together(kind=kind, run=several, most=500, lease=lease)
        return Each(kind=kind, run=one, at_once=4, lease=lease)

    async def all_found(times: int) -> bool:
        return all(found.count(name) == times for name in KINDS)

    nobody_speaks = Wake(doors.worker)  # it does not run
    worker = Worker(worker_db, clock, nobody_speaks, [handled(kind) for kind in KINDS.values()])
    async with asyncio.TaskGroup() as group:
        running = group.create_task(worker.run())
        for times in (1, 2):
            await become_due(doors, clock.now())
            await until(lambda times=times: all_found(times), within_s=60)
            await asyncio.sleep(0.3)  # all are asleep again
        running.cancel()


async def test_every_kind_of_due_row_has_its_handler(worker_db: Database, doors: Doors, clock: Clock, tmp_path: Path) -> None:
    settings = Settings(encryption_keys=(b"k" * 32,), data_dir=tmp_path)
    async with outside(settings) as world:
        bound = works(settings, worker_db, clock, Wake(doors.worker), world)
    assert sorted(work.kind.name for work in bound) == sorted(KINDS)
