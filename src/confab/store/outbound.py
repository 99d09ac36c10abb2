"""What goes out: one row for each call of the Send API, from queued to settled. Rules O1-O9 of docs/spec/inbox.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from confab.model.inbox import MessageId, OutboundId, WorkspaceId
from confab.store import messages
from confab.store.db import Conn, columns, row, rows, run
from confab.store.rows import MessageRow


@dataclass(slots=True, kw_only=True)
class OutboundRow:
    """One call to make, or made. `state` is scheduled, held, queued, sending, sent, failed, in_doubt or discarded.

    `message_id` is the message it becomes, of a reaction the one that is reacted to, of an indicator none.
    """

    workspace_id: UUID
    id: UUID
    account_id: UUID
    conversation_id: UUID
    message_id: UUID | None
    recipient_igsid: str
    kind: str
    payload: dict[str, Any]  # what Meta is given, in our words: inbox/contents.py
    purpose: str
    lane: int
    actor_kind: str
    actor_id: UUID | None
    actor_name: str | None
    state: str
    due_at: datetime | None
    refusals: int
    created_at: datetime
    attempted_at: datetime | None = None
    settled_at: datetime | None = None
    batch_id: UUID | None = None
    comment_id: UUID | None = None
    not_before: datetime | None = None
    release_at: datetime | None = None
    on_reply: str | None = None
    seen_message_id: UUID | None = None
    remote_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAnswer:
    """An answer whose receipt is missing: in flight or in doubt."""

    outbound_id: UUID
    state: str
    kind: str
    text: str | None
    files: int
    attempted_at: datetime | None
    message: MessageRow


LOOKS_AGAIN = timedelta(minutes=5)
"""How often what waits behind another is looked at, should nobody have made it due: whoever settles the other does."""

PART_FAILED = "part_failed"
"""The error of what was written together with something that failed, and so was not sent. Rule O14."""

_NAMES: tuple[LiteralString, ...] = (
    "workspace_id", "id", "account_id", "conversation_id", "message_id", "recipient_igsid", "kind", "payload", "purpose", "lane",
    "actor_kind", "actor_id", "actor_name", "state", "due_at", "refusals", "created_at", "attempted_at", "settled_at", "batch_id",
    "comment_id", "not_before", "release_at", "on_reply", "seen_message_id", "remote_id", "error_code", "error_message",
)  # fmt: skip
_COLUMNS: LiteralString = ", ".join(_NAMES)


_INSERTED = (
    "workspace_id", "id", "account_id", "conversation_id", "message_id", "recipient_igsid", "kind", "payload", "purpose",
    "lane", "actor_kind", "actor_id", "actor_name", "state", "due_at", "created_at", "batch_id", "comment_id",
    "not_before", "release_at", "on_reply", "seen_message_id", "attempted_at",
)  # fmt: skip

INSERT: LiteralString = """
    INSERT INTO outbound_messages (workspace_id, id, account_id, conversation_id, message_id, recipient_igsid, kind,
        payload, purpose, lane, actor_kind, actor_id, actor_name, state, due_at, created_at, batch_id, comment_id, not_before,
        release_at, on_reply, seen_message_id, attempted_at, attempts)
    SELECT t.workspace_id, t.id, t.account_id, t.conversation_id, t.message_id, t.recipient_igsid, t.kind, t.payload,
        t.purpose, t.lane, t.actor_kind, t.actor_id, t.actor_name, t.state,
        CASE WHEN t.state = 'queued' AND t.kind NOT IN ('typing', 'seen') AND (t.nr > 1 OR EXISTS (
            SELECT FROM outbound_messages o WHERE o.workspace_id = t.workspace_id AND o.conversation_id = t.conversation_id
                AND o.state IN ('queued', 'sending'))) THEN t.due_at + $24::interval ELSE t.due_at END,
        t.created_at, t.batch_id, t.comment_id, t.not_before, t.release_at, t.on_reply, t.seen_message_id, t.attempted_at,
        CASE t.state WHEN 'sending' THEN 1 ELSE 0 END
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[],
        $9::text[], $10::smallint[], $11::text[], $12::uuid[], $13::text[], $14::text[], $15::timestamptz[],
        $16::timestamptz[], $17::uuid[], $18::uuid[], $19::timestamptz[], $20::timestamptz[], $21::text[], $22::uuid[],
        $23::timestamptz[])
        WITH ORDINALITY AS t (workspace_id, id, account_id, conversation_id, message_id, recipient_igsid, kind, payload,
            purpose, lane, actor_kind, actor_id, actor_name, state, due_at, created_at, batch_id, comment_id, not_before,
            release_at, on_reply, seen_message_id, attempted_at, nr)"""
"""Calls to make; takes `inserted`."""


def inserted(new: Sequence[OutboundRow]) -> list[object]:
    """What `INSERT` takes."""
    return [*columns(new, _INSERTED), LOOKS_AGAIN]


async def insert(conn: Conn, new: Sequence[OutboundRow]) -> None:
    """Write down calls to make in one conversation, which is locked. What is not the first of those that wait there is not due.
    One that is `sending` is claimed herewith, and it is the first attempt.

    A comment that is answered in private already raises: the caller has looked under lock before.
    """
    await conn.execute(INSERT, *inserted(new))


async def get(conn: Conn, workspace: WorkspaceId, outbound: OutboundId) -> OutboundRow | None:
    """The row as it is now."""
    return await row(
        conn,
        OutboundRow,
        f"SELECT {_COLUMNS} FROM outbound_messages WHERE workspace_id = $1 AND id = $2",
        workspace,
        outbound,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A call and what belongs to it. `is_followed`: another one is queued in its conversation. Of the others says `whole`."""

    call: OutboundRow
    message: MessageRow | None
    is_followed: bool
    is_known: bool
    used_percent: int | None
    throttles: int


_CALL: LiteralString = ", ".join(f"o.{name} AS o_{name}" for name in _NAMES)


async def whole(conn: Conn, workspace: WorkspaceId, outbound: OutboundId, digest: UUID | None, pool: str | None) -> Whole | None:
    """The call, its message, and what else its settling asks, in one look; None when there is no such call.

    `digest`: of the mid that the message is about to get: whether anything was told of that already. `pool`: the limit that the
    call counts against, and how it stands with that and with its account. Indexes: outbound_open, message_mid.
    """
    record = await conn.fetchrow(
        f"""SELECT {_CALL}, {messages.COLUMNS}, EXISTS (
            SELECT FROM outbound_messages n WHERE n.workspace_id = $1 AND n.conversation_id = o.conversation_id
                AND n.state = 'queued' AND n.id <> o.id) AS is_followed,
            EXISTS (SELECT FROM messages k WHERE k.workspace_id = $1 AND k.account_id = o.account_id AND k.mid_digest = $3)
            OR EXISTS (SELECT FROM parked_events k WHERE k.workspace_id = $1 AND k.account_id = o.account_id
                AND k.mid_digest = $3) AS is_known,
            (SELECT b.used_percent FROM call_budgets b WHERE b.workspace_id = $1 AND b.account_id = o.account_id AND b.pool = $4)
                AS used_percent, a.throttles
        FROM outbound_messages o JOIN accounts a ON a.workspace_id = o.workspace_id AND a.id = o.account_id
        LEFT JOIN messages m ON m.workspace_id = o.workspace_id AND m.id = o.message_id
        WHERE o.workspace_id = $1 AND o.id = $2""",
        workspace, outbound, digest, pool,
    )  # fmt: skip
    if record is None:
        return None
    found = dict(record)
    call = OutboundRow(**{name: found.pop(f"o_{name}") for name in _NAMES})
    besides = {name: found.pop(name) for name in ("is_followed", "is_known", "used_percent", "throttles")}
    said = await messages.rows_of(conn, [found]) if found["id"] is not None else []
    return Whole(call=call, message=said[0] if said else None, **besides)


async def of_message(conn: Conn, workspace: WorkspaceId, message: MessageId) -> OutboundRow | None:
    """The newest call for this message: a person may have sent it again."""
    return await row(
        conn,
        OutboundRow,
        f"SELECT {_COLUMNS} FROM outbound_messages WHERE workspace_id = $1 AND message_id = $2 ORDER BY id DESC LIMIT 1",
        workspace, message,
    )  # fmt: skip


async def rest_of_batch(conn: Conn, call: OutboundRow) -> list[OutboundRow]:
    """What was written together with this call and comes after it, in order, locked. Index: outbound_batch."""
    return await rows(
        conn,
        OutboundRow,
        f"""SELECT {_COLUMNS} FROM outbound_messages
        WHERE workspace_id = $1 AND batch_id = $2 AND id > $3 ORDER BY id FOR NO KEY UPDATE""",
        call.workspace_id, call.batch_id, call.id,
    )  # fmt: skip


async def later_together(conn: Conn, call: OutboundRow) -> list[OutboundRow]:
    """This call and all that was scheduled together with it and is so still, in order, locked. Index: outbound_batch."""
    return await rows(
        conn,
        OutboundRow,
        f"""SELECT {_COLUMNS} FROM outbound_messages
        WHERE workspace_id = $1 AND (id = $2 OR batch_id = $3) AND state IN ('scheduled', 'held')
        ORDER BY id FOR NO KEY UPDATE""",
        call.workspace_id, call.id, call.batch_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A call that goes before another of its conversation."""

    state: str
    attempted_at: datetime | None


async def earlier(conn: Conn, call: OutboundRow, doubted_since: datetime) -> Earlier | None:
    """The oldest call before this one that is queued, in flight or in doubt; None when it is this one's turn.

    One in doubt that was tried before `doubted_since` counts only for what was written together with it. Index: outbound_open.
    """
    return await row(
        conn,
        Earlier,
        """SELECT state, attempted_at FROM outbound_messages
        WHERE workspace_id = $1 AND conversation_id = $2 AND id < $3 AND state IN ('queued', 'sending', 'in_doubt')
            AND (state <> 'in_doubt' OR batch_id = $4 OR attempted_at > $5)
        ORDER BY id LIMIT 1""",
        call.workspace_id, call.conversation_id, call.id, call.batch_id, doubted_since,
    )  # fmt: skip


_WRITE: LiteralString = """
    UPDATE outbound_messages SET state = $3, due_at = $4, attempts = CASE $3 WHEN 'sending' THEN attempts ELSE 0 END,
        refusals = $5, attempted_at = $6, settled_at = $7, remote_id = $8, error_code = $9, error_message = $10,
        release_at = $11, on_reply = $12, seen_message_id = $13, not_before = $14
    WHERE workspace_id = $1 AND id = $2"""


def _written(call: OutboundRow) -> tuple[object, ...]:
    return (
        call.workspace_id, call.id, call.state, call.due_at, call.refusals, call.attempted_at, call.settled_at, call.remote_id,
        call.error_code, call.error_message, call.release_at, call.on_reply, call.seen_message_id, call.not_before,
    )  # fmt: skip


async def write(conn: Conn, changed: OutboundRow) -> None:
    """Write every column that sending decides; the conversation is locked.

    A step that got this far went well, also when all it found was that the answer must wait: attempts are counted anew, or a
    day of waiting would leave none. Not while a call is in flight: there the attempt is still the token of the claim.
    """
    await run(conn, _WRITE, *_written(changed))


WITH_MESSAGE: LiteralString = f"""
    said AS (
        UPDATE messages SET mid = $15, mid_digest = $16, mid_is_guess = $17, sent_at = $18, status = $19, error_code = $20,
            error_message = $21, version = version + 1
        WHERE workspace_id = $1 AND id = $22 RETURNING version),
    settled AS ({_WRITE})"""
"""Writes a call and what sending decides of its message, whose new version `said` gives; takes `settled`."""


def settled(changed: OutboundRow, message: MessageRow) -> tuple[object, ...]:
    """What `WITH_MESSAGE` takes."""
    return (
        *_written(changed), message.mid, message.mid_digest, message.mid_is_guess, message.sent_at, message.status,
        message.error_code, message.error_message, message.id,
    )  # fmt: skip


async def write_with_message(conn: Conn, changed: OutboundRow, message: MessageRow) -> None:
    """The same, and of its message what sending decides: its mid, its time and its state. Its version grows by one, here too."""
    version = await conn.fetchval(f"WITH {WITH_MESSAGE} SELECT version FROM said", *settled(changed, message))
    assert version is not None  # noqa: S101 -- both are there: they were read under the lock that is held
    message.version = version


async def join(conn: Conn, first: OutboundRow) -> None:
    """What was one call is from now on the first of several."""
    first.batch_id = first.id
    await run(
        conn,
        "UPDATE outbound_messages SET batch_id = id WHERE workspace_id = $1 AND id = $2",
        first.workspace_id, first.id,
    )  # fmt: skip


async def rewrite(conn: Conn, call: OutboundRow) -> None:
    """Say something else with a call that was not made yet."""
    await run(
        conn,
        """UPDATE outbound_messages SET payload = $3
        WHERE workspace_id = $1 AND id = $2 AND state IN ('scheduled', 'held')""",
        call.workspace_id, call.id, call.payload,
    )  # fmt: skip


async def let_go(conn: Conn, calls: Sequence[tuple[OutboundRow, UUID]], now: datetime) -> None:
    """Scheduled calls are queued, each under a new id: calls go out in the order of their ids, and it is the first one's turn.

    Who acts, and the lane, are those of the rows given.
    """
    first = calls[0][1] if len(calls) > 1 else None
    await conn.execute(
        """UPDATE outbound_messages o SET id = t.new_id, batch_id = $4, state = 'queued', attempts = 0,
            due_at = CASE t.nr WHEN 1 THEN $5::timestamptz ELSE $5 + $10::interval END,
            lane = $6, actor_kind = $7, actor_id = $8, actor_name = $9, error_code = NULL, error_message = NULL
        FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS t (id, new_id, nr)
        WHERE o.workspace_id = $1 AND o.id = t.id AND o.state IN ('scheduled', 'held')""",
        calls[0][0].workspace_id, [call.id for call, _ in calls], [id_ for _, id_ in calls], first, now, calls[0][0].lane,
        calls[0][0].actor_kind, calls[0][0].actor_id, calls[0][0].actor_name, LOOKS_AGAIN,
    )  # fmt: skip


async def next_is_due(conn: Conn, conversations: Sequence[tuple[UUID, UUID]], now: datetime) -> set[int]:
    """Something was settled in these (workspace, conversation): the first call that waits there may go; in which lanes one does.

    Index: outbound_open.
    """
    freed = await conn.fetch(
        """UPDATE outbound_messages o SET due_at = greatest($3, o.not_before)
        FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, conversation_id)
        WHERE o.workspace_id = t.workspace_id AND o.due_at > greatest($3, o.not_before) AND o.id = (
            SELECT n.id FROM outbound_messages n WHERE n.workspace_id = t.workspace_id
                AND n.conversation_id = t.conversation_id AND n.state = 'queued' ORDER BY n.id LIMIT 1)
        RETURNING o.lane""",
        [workspace for workspace, _ in conversations],
        [conversation for _, conversation in conversations],
        now,
    )
    return {record["lane"] for record in freed}


async def open_answers(conn: Conn, conversations: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[OpenAnswer]]:
    """The answers in flight or in doubt of (workspace, conversation) pairs that no echo has been matched to, oldest first."""
    records = await conn.fetch(
        """SELECT o.id, o.workspace_id, o.message_id, o.state, o.kind, o.payload, o.attempted_at FROM outbound_messages o
        JOIN messages m ON m.workspace_id = o.workspace_id AND m.id = o.message_id AND m.mid IS NULL
        WHERE (o.workspace_id, o.conversation_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
            AND o.state IN ('sending', 'in_doubt') AND o.kind <> 'reaction' ORDER BY o.id""",
        [workspace for workspace, _ in conversations],
        [conversation for _, conversation in conversations],
    )
    if not records:
        return {}
    found = await messages.rows_by_ids(conn, [(record["workspace_id"], record["message_id"]) for record in records])
    message_by_id = {message.id: message for message in found}
    answers: dict[UUID, list[OpenAnswer]] = {}
    for record in records:
        message = message_by_id[record["message_id"]]
        answers.setdefault(message.conversation_id, []).append(
            OpenAnswer(
                outbound_id=record["id"], state=record["state"], kind=record["kind"], text=record["payload"].get("text"),
                files=len(record["payload"].get("files", ())), attempted_at=record["attempted_at"], message=message,
            )
        )  # fmt: skip
    return answers


async def settle_recognised(conn: Conn, recognised: Sequence[tuple[UUID, UUID, str]], now: datetime) -> None:
    """In-doubt answers of (workspace, id, mid) that an echo settled; one in flight is left to its receipt."""
    await conn.execute(
        """UPDATE outbound_messages o SET state = 'sent', due_at = NULL, settled_at = $4, remote_id = t.mid,
            error_code = NULL, error_message = NULL
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (workspace_id, id, mid)
        WHERE o.workspace_id = t.workspace_id AND o.id = t.id AND o.state = 'in_doubt'""",
        *[[given[index] for given in recognised] for index in range(3)],
        now,
    )


async def erase(conn: Conn, messages: Sequence[tuple[UUID, UUID]]) -> None:
    """Forget what was said in calls for unsent messages of (workspace, message)."""
    await conn.execute(
        """UPDATE outbound_messages SET payload = '{}' WHERE (workspace_id, message_id) IN
            (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state NOT IN ('queued', 'sending')""",
        [workspace for workspace, _ in messages],
        [message for _, message in messages],
    )
