"""What events leave besides messages: parked events, hints, sources, activities, erasures to do. Apply's own tables.

Everything here works across workspaces at once, under the accounts' locks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from confab.model.inbox import Activity, ActivityKind, ConversationId, Referral, Viewer, WorkspaceId
from confab.store.db import Conn, Record, columns

_MID_LOCKS = 32
Key = tuple[UUID, UUID, UUID]  # workspace, account, digest of the mid


async def lock_accounts(conn: Conn, accounts: Sequence[UUID]) -> None:
    """One writer of events per account, until the transaction ends; taken in one order, so that nobody waits in a circle."""
    numbers = sorted({account.int & (2**63 - 1) for account in accounts})
    await conn.execute("SELECT pg_advisory_xact_lock(n) FROM unnest($1::bigint[]) AS n", numbers)


async def lock_mids(conn: Conn, mids: Iterable[tuple[UUID, UUID]]) -> None:
    """Whoever gives a message one of these mids (account, digest), or parks what is said of it, is alone until the end.

    After the accounts and before any conversation. An account has so many locks and no more, or a flood would take all there are.
    """
    if numbers := mid_locks(mids):
        await conn.execute("SELECT pg_advisory_xact_lock(n) FROM unnest($1::bigint[]) AS n", numbers)


def mid_locks(mids: Iterable[tuple[UUID, UUID]]) -> list[int]:
    """The numbers of these locks, in the order in which they are taken."""
    return sorted({(account.int >> 1 ^ (digest.int % _MID_LOCKS + 1) << 40) & (2**63 - 1) for account, digest in mids})


async def is_known(conn: Conn, key: Key) -> bool:
    """Whether anything was told of the message of this key: it is there, or something about it waits for it."""
    return await conn.fetchval(
        """SELECT EXISTS (SELECT FROM messages WHERE workspace_id = $1 AND account_id = $2 AND mid_digest = $3)
            OR EXISTS (SELECT FROM parked_events WHERE workspace_id = $1 AND account_id = $2 AND mid_digest = $3)""",
        *key,
    )


async def parked(conn: Conn, keys: Sequence[Key]) -> list[tuple[Key, bytes]]:
    """Events that arrived before the messages of these keys."""
    records = await conn.fetch(
        """SELECT workspace_id, account_id, mid_digest, event FROM parked_events
        WHERE (workspace_id, account_id, mid_digest) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]))""",
        *_columns(keys, 3),
    )
    return [((record["workspace_id"], record["account_id"], record["mid_digest"]), record["event"]) for record in records]


async def park(conn: Conn, new: Sequence[tuple[Key, bytes, bytes]], now: datetime) -> None:
    """Keep (key, event key, event) until the message comes; a second time changes nothing."""
    if not new:
        return
    await conn.execute(
        """INSERT INTO parked_events (workspace_id, account_id, mid_digest, event_key, event, parked_at)
        SELECT *, $6 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[]) ON CONFLICT DO NOTHING""",
        *_columns([key for key, _, _ in new], 3),
        [event_key for _, event_key, _ in new],
        [event for _, _, event in new],
        now,
    )


async def remove_parked(conn: Conn, outdated: Sequence[tuple[Key, bytes]]) -> None:
    """These (key, event key) wait no longer: what they say was taken back."""
    await conn.execute(
        """DELETE FROM parked_events WHERE (workspace_id, account_id, mid_digest, event_key) IN
            (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[]))""",
        *_columns([key for key, _ in outdated], 3),
        [event_key for _, event_key in outdated],
    )


async def unpark(conn: Conn, keys: Sequence[Key]) -> None:
    """The messages have come: nothing waits for them any more, and they need not be fetched."""
    await conn.execute(
        """WITH given AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t (workspace_id, account_id, mid_digest)),
        unparked AS (
            DELETE FROM parked_events p USING given g
            WHERE (p.workspace_id, p.account_id, p.mid_digest) = (g.workspace_id, g.account_id, g.mid_digest))
        DELETE FROM message_hints h USING given g
        WHERE (h.workspace_id, h.account_id, h.mid_digest) = (g.workspace_id, g.account_id, g.mid_digest)""",
        *_columns(keys, 3),
    )


async def add_hints(conn: Conn, hints: Sequence[tuple[Key, str]], due_at: datetime) -> None:
    """Messages to read at Meta unless they come by themselves."""
    await conn.execute(
        """INSERT INTO message_hints (workspace_id, account_id, mid_digest, mid, due_at)
        SELECT *, $5 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) ON CONFLICT DO NOTHING""",
        *_columns([key for key, _ in hints], 3),
        [mid for _, mid in hints],
        due_at,
    )


async def hinted_mid(conn: Conn, key: Key) -> str | None:
    """The mid of a hint that still waits, None when its message has come."""
    return await conn.fetchval(
        "SELECT mid FROM message_hints WHERE workspace_id = $1 AND account_id = $2 AND mid_digest = $3", *key
    )


async def add_sources(conn: Conn, sources: Sequence[tuple[Key, UUID]]) -> None:
    """Further deliveries that hold a message's words."""
    await conn.execute(
        """INSERT INTO message_sources (workspace_id, account_id, mid_digest, delivery_id)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) ON CONFLICT DO NOTHING""",
        *_columns([key for key, _ in sources], 3),
        [delivery for _, delivery in sources],
    )


async def add_erasures(conn: Conn, erased: Sequence[tuple[Key, str]], now: datetime) -> None:
    """Unsent messages whose words must leave the ledger too. One that waits already is looked at anew."""
    await conn.execute(
        """INSERT INTO erasures (workspace_id, account_id, mid_digest, mid, due_at)
        SELECT *, $5 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
        ON CONFLICT (workspace_id, account_id, mid_digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        *_columns([key for key, _ in erased], 3),
        [mid for _, mid in erased],
        now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """Something that happened in a conversation, or to an account, and is no message."""

    workspace_id: UUID
    account_id: UUID
    event_key: UUID
    conversation_id: UUID | None
    type: str
    body: dict[str, Any]  # the event as JSON
    happened_at: datetime


async def add_activities(conn: Conn, new: Sequence[ActivityRow]) -> list[tuple[WorkspaceId, Activity]]:
    """Activities by their key: a second time changes nothing, but the last numbers of a story hold.

    Those that are new and belong to a conversation come back, in the order given.
    """
    if not new:
        return []
    names = ("workspace_id", "account_id", "event_key", "conversation_id", "type", "body", "happened_at")
    records = await conn.fetch(
        """INSERT INTO activities AS a (workspace_id, account_id, event_key, conversation_id, type, body, happened_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::jsonb[], $7::timestamptz[])
        ON CONFLICT (workspace_id, account_id, event_key) DO UPDATE SET body = excluded.body, happened_at = excluded.happened_at
        WHERE a.type = 'story_insights_received' AND excluded.happened_at > a.happened_at
        RETURNING workspace_id, event_key, conversation_id, type, body, happened_at""",
        *columns(new, names),
    )
    shown = [(WorkspaceId(record["workspace_id"]), activity) for record in records if (activity := _activity(record))]
    return sorted(shown, key=lambda pair: (pair[1].happened_at, pair[1].id))


async def activities(conn: Conn, viewer: Viewer, conversation: ConversationId, limit: int) -> list[Activity]:
    """The newest `limit` activities of a conversation, oldest first. Index: activity_page."""
    records = await conn.fetch(
        """SELECT event_key, conversation_id, type, body, happened_at FROM activities
        WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY happened_at DESC LIMIT $3""",
        viewer.workspace_id, conversation, limit,
    )  # fmt: skip
    return [activity for record in reversed(records) if (activity := _activity(record))]


_KINDS: dict[tuple[str, str | None], ActivityKind] = {
    ("referral_received", None): "referral",
    ("optin_received", None): "optin",
    ("thread_control_changed", "pass"): "control_passed",
    ("thread_control_changed", "take"): "control_taken",
    ("thread_control_changed", "request"): "control_requested",
    ("schedule_cancelled", None): "schedule_cancelled",
    ("rule_notice", None): "rule_notice",
}


def _activity(record: Record) -> Activity | None:
    body: dict[str, Any] = record["body"]
    kind = _KINDS.get((record["type"], body.get("action")))
    if kind is None or record["conversation_id"] is None:
        return None
    return Activity(
        id=record["event_key"], conversation_id=record["conversation_id"], kind=kind, happened_at=record["happened_at"],
        referral=msgspec.convert(body.get("referral"), Referral | None), app_id=body.get("new_owner_app_id"),
        note=body.get("metadata") or None,
    )  # fmt: skip


def _columns(keys: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:  # of several column types
    return [[key[index] for key in keys] for index in range(width)]
