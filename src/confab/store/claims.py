"""The one way to claim due rows, for every kind of work.

A due row has `due_at` and `attempts`. Claiming it moves `due_at` to the end of a lease and counts the attempt, in one
statement that skips what others hold: a worker that dies loses its lease, and the crash has been counted. The attempt number
is the token of the claim: whoever finishes late finds another number and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.store.db import Conn, Record, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A claimed row: its key columns in the table's order, the attempt it is, and the lanes that it goes in."""

    key: tuple[UUID | str | int | bytes, ...]
    attempts: int
    lanes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A row that was given up. `key` is what names it in its table and, where it is a tenant's, in its workspace."""

    kind: str
    workspace_id: UUID | None
    key: tuple[UUID | str, ...]
    attempts: int
    error: str | None


class Kind:
    """A table of due rows, and the statements on it, put together once from literals of this package.

    `waiting` is the condition under which a row waits at all, and the predicate of the partial index on `due_at`. `lanes` are
    columns of which whoever claims may leave out values, so that nothing holds up what does not go the same way. `forgiven` is a
    column with the attempts that count no more, because the work got further since.
    """

    def __init__(
        self,
        name: str,
        table: LiteralString,
        key: Sequence[LiteralString],
        *,
        waiting: LiteralString = "true",
        lanes: Sequence[LiteralString] = (),
        forgiven: LiteralString = "",
    ) -> None:
        self.name = name
        self.is_of_workspace = key[0] == "workspace_id"
        columns: LiteralString = ", ".join(key)
        n = len(key)
        numbers: tuple[LiteralString, ...] = ("1", "2", "3", "4", "5", "6", "7")
        same: LiteralString = " AND ".join(f"{column} = ${number}" for number, column in zip(numbers, key, strict=False))
        attempts, at, error = numbers[n], numbers[n + 1], numbers[n + 2]
        self.lanes = len(lanes)
        open_: LiteralString = "".join(
            f" AND NOT {lane}::text = ANY(${number}::text[])" for lane, number in zip(lanes, numbers[3:], strict=False)
        )
        ways: LiteralString = "".join(f", {lane}::text" for lane in lanes)
        self._claim: LiteralString = f"""
            UPDATE {table} SET due_at = $2, attempts = attempts + 1
            WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM {table} WHERE due_at <= $1 AND {waiting}{open_} ORDER BY due_at LIMIT $3
                FOR UPDATE SKIP LOCKED))
            RETURNING {columns}, attempts{ways}"""  # by ctid: whatever the planner thinks of the table, each row is found at once
        self._next: LiteralString = f"SELECT min(due_at) FROM {table} WHERE {waiting}"
        self._renew: LiteralString = f"UPDATE {table} SET due_at = ${at} WHERE {same} AND attempts = ${attempts} AND {waiting}"
        self._finish: LiteralString = f"DELETE FROM {table} WHERE {same} AND attempts = ${attempts}"
        self._postpone: LiteralString = (
            f"UPDATE {table} SET due_at = ${at}, error = ${error} WHERE {same} AND attempts = ${attempts} AND {waiting}"
        )
        self._bury: LiteralString = (
            f"UPDATE {table} SET due_at = 'infinity', error = ${at} WHERE {same} AND attempts = ${attempts} AND {waiting}"
        )

        counted: LiteralString = f"attempts - {forgiven}" if forgiven else "attempts"
        self._tries: LiteralString = f"SELECT {counted} FROM {table} WHERE {same} AND attempts = ${attempts}"
        self._dead: LiteralString = f"""
            SELECT {columns}, attempts, error FROM {table} WHERE due_at = 'infinity' AND {waiting} ORDER BY {columns} LIMIT $1"""
        anew: LiteralString = f"attempts = 0, {forgiven} = 0" if forgiven else "attempts = 0"
        self._revive: LiteralString = f"UPDATE {table} SET due_at = $1, {anew} WHERE due_at = 'infinity' AND {waiting}"

    async def claim(
        self, conn: Conn, now: datetime, lease_until: datetime, limit: int, closed: Sequence[Sequence[str]] = ()
    ) -> list[Due]:
        """Take at most `limit` rows that are due, the longest waiting first, until the lease ends.

        `closed`: for each lane the values that are left out.
        """
        ways: Sequence[Sequence[str]] = closed or [()] * self.lanes
        return [self._due(record) for record in await conn.fetch(self._claim, now, lease_until, limit, *ways)]

    async def next_due_at(self, conn: Conn) -> datetime | None:
        """When the next row is due, None when there is none: an idle worker may sleep until then."""
        return await conn.fetchval(self._next)

    async def renew(self, conn: Conn, due: Due, until: datetime) -> None:
        """Keep a claim whose work takes longer."""
        await conn.execute(self._renew, *due.key, due.attempts, until)

    async def finish(self, conn: Conn, due: Due) -> None:
        """The work is done: the row goes. For kinds whose row has no other use."""
        await conn.execute(self._finish, *due.key, due.attempts)

    async def postpone(self, conn: Conn, due: Due, until: datetime, error: str) -> None:
        """Try again later."""
        await conn.execute(self._postpone, *due.key, due.attempts, until, error)

    async def bury(self, conn: Conn, due: Due, error: str) -> None:
        """Give up, visibly: the row stays, due at no time, is listed by `dead`, and can be made due again by `revive`."""
        await conn.execute(self._bury, *due.key, due.attempts, error)

    async def tries(self, conn: Conn, due: Due) -> int:
        """How many attempts in a row got no further, this one included."""
        return await conn.fetchval(self._tries, *due.key, due.attempts) or due.attempts

    async def dead(self, conn: Conn, limit: int) -> list[Dead]:
        """The rows that were given up, by key, at most `limit`. The index that claiming uses. Across workspaces."""
        return [self._given_up(record) for record in await conn.fetch(self._dead, limit)]

    async def revive(self, conn: Conn, now: datetime) -> int:
        """Make every row that was given up due, as if it had never been tried; how many. Across workspaces."""
        return await run(conn, self._revive, now)

    def _given_up(self, record: Record) -> Dead:
        *key, attempts, error = record.values()
        workspace = key.pop(0) if self.is_of_workspace else None
        return Dead(kind=self.name, workspace_id=workspace, key=tuple(key), attempts=attempts, error=error)

    def _due(self, record: Record) -> Due:
        values = list(record.values())
        end = len(values) - self.lanes
        return Due(key=tuple(values[: end - 1]), attempts=values[end - 1], lanes=tuple(values[end:]))


DELIVERIES = Kind("deliveries", "delivery_queue", ["delivery_id"])
PARTS = Kind("parts", "delivery_parts", ["workspace_id", "delivery_id", "account_id"], waiting="state = 'stored'")
OUTBOUND = Kind("outbound", "outbound_messages", ["workspace_id", "id"], waiting="due_at IS NOT NULL AND lane = 0")
OUTBOUND_SCHEDULED = Kind(
    "outbound_scheduled", "outbound_messages", ["workspace_id", "id"], waiting="due_at IS NOT NULL AND lane = 1"
)
OUTBOUND_AUTOMATED = Kind(
    "outbound_automated", "outbound_messages", ["workspace_id", "id"], waiting="due_at IS NOT NULL AND lane = 2"
)
PROFILES = Kind("profiles", "profile_fetches", ["workspace_id", "participant_id"], waiting="state = 'due' AND NOT is_refresh")
REFRESHES = Kind("refreshes", "profile_fetches", ["workspace_id", "participant_id"], waiting="state = 'due' AND is_refresh")
HINTS = Kind("hints", "message_hints", ["workspace_id", "account_id", "mid_digest"])
ERASURES = Kind("erasures", "erasures", ["workspace_id", "account_id", "mid_digest"])
MEDIA = Kind(
    "media", "media_fetches", ["workspace_id", "subject_id", "position"], waiting="position >= 0", lanes=["account_id", "host"]
)
AVATARS = Kind(
    "avatars", "media_fetches", ["workspace_id", "subject_id", "position"], waiting="position < 0", lanes=["account_id", "host"]
)
TURNS = Kind("turns", "media_turns", ["workspace_id", "account_id"])
REMOVALS = Kind("removals", "media_removals", ["workspace_id", "digest"])
EARLIER = Kind("earlier", "earlier_fetches", ["workspace_id", "conversation_id"])
RUNS = Kind("runs", "runs", ["workspace_id", "id"], waiting="state IN ('waiting', 'running')", forgiven="attempts_before")
WATCHES = Kind("watches", "account_watches", ["workspace_id", "account_id"])
SNOOZES = Kind("snoozes", "snoozes", ["workspace_id", "conversation_id"])
WELCOMES = Kind("welcomes", "welcomes", ["workspace_id", "message_id"])
MAILS = Kind("mails", "mails", ["workspace_id", "id"])
LIBRARY = Kind("library", "library_queue", ["workspace_id", "message_id"])
LIBRARY_EVENTS = Kind("library_events", "library_events", ["workspace_id", "id"])
TOKENS = Kind("tokens", "integrations", ["workspace_id", "account_id"], waiting="due_at IS NOT NULL")
ERRANDS = Kind("errands", "account_errands", ["workspace_id", "id"], waiting="due_at IS NOT NULL")
META_REQUESTS = Kind("meta_requests", "meta_requests", ["id"], waiting="due_at IS NOT NULL")
CHECKUPS = Kind("checkups", "checkups", ["workspace_id"])
INSIGHTS = Kind("insights", "insight_watches", ["workspace_id", "account_id"])
RULE_EVENTS = Kind("rule_events", "rule_events", ["workspace_id", "event_key"])
RULE_CALLS = Kind("rule_calls", "rule_calls", ["workspace_id", "id"])
NUMBERS = Kind("numbers", "own_counts", ["workspace_id"])
POSTS = Kind("posts", "post_fetches", ["workspace_id", "post_id"])
COMMENT_LOOKS = Kind("comment_looks", "comment_looks", ["workspace_id", "comment_id"])
COMMENT_CALLS = Kind("comment_calls", "comment_calls", ["workspace_id", "id"], waiting="due_at IS NOT NULL")
COMMENT_WATCHES = Kind("comment_watches", "comment_watches", ["workspace_id", "account_id"])
SEARCHING = Kind("searching", "search_indexes", ["workspace_id"])
EXPORTS = Kind("exports", "exports", ["workspace_id", "id"], waiting="due_at IS NOT NULL")
SCHEDULES = Kind("schedules", "schedules", ["name"])

KINDS = (
    DELIVERIES, PARTS, OUTBOUND, OUTBOUND_SCHEDULED, OUTBOUND_AUTOMATED, PROFILES, REFRESHES, MEDIA, AVATARS, TURNS, REMOVALS,
    HINTS, ERASURES, EARLIER, RUNS, WATCHES, SNOOZES, WELCOMES, MAILS, LIBRARY, LIBRARY_EVENTS, TOKENS, ERRANDS, META_REQUESTS,
    CHECKUPS, INSIGHTS, NUMBERS, POSTS, COMMENT_LOOKS, COMMENT_CALLS, COMMENT_WATCHES, RULE_EVENTS, RULE_CALLS, SEARCHING,
    EXPORTS, SCHEDULES,
)  # fmt: skip
"""All there are."""


async def dead_counts(conn: Conn) -> dict[str, int]:
    """How many rows of each kind were given up. Across workspaces, numbers alone: also through the API's door."""
    return {record["kind"]: record["count"] for record in await conn.fetch("SELECT kind, count FROM dead_rows()")}
