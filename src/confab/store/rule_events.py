"""What rules have to look at: due rows, the facts about each, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

import msgspec

from confab.model.inbox import WINDOW, ConversationId, WorkspaceId
from confab.model.rules import Fire, Looked
from confab.store.claims import Due
from confab.store.db import Conn, Record, columns, row, run

_SAID = 12  # of a conversation's newest messages that are looked at
_MOST_BEFORE = 1000
_MOST_FIRES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that rules may wait for. `kinds`: the triggers it is; `is_writing`: after it somebody waits for an answer."""

    workspace_id: UUID
    account_id: UUID
    conversation_id: UUID | None
    kind: str
    subject_id: UUID
    event_key: UUID
    kinds: str  # with commas
    at: datetime
    is_writing: bool


async def enqueue(conn: Conn, news: Sequence[News], now: datetime) -> int:
    """Write down what live rules wait for, and when somebody will have waited too long; how many can be looked at now.

    Across workspaces, in apply's transaction. The same event again changes nothing.
    """
    names = ("workspace_id", "account_id", "conversation_id", "kind", "subject_id", "event_key", "kinds", "at", "is_writing")
    return await conn.fetchval(
        """WITH given AS (
            SELECT t.*, b.live, b.no_answer, b.window_closing
            FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[],
                $8::timestamptz[], $9::boolean[])
                AS t (workspace_id, account_id, conversation_id, kind, subject_id, event_key, kinds, at, is_writing)
            JOIN rule_books b USING (workspace_id, account_id)),
        timers AS (
            INSERT INTO rule_events AS e (workspace_id, event_key, account_id, conversation_id, kind, minutes, at, due_at)
            SELECT DISTINCT ON (g.workspace_id, w.key) g.workspace_id, w.key, g.account_id, g.conversation_id, w.kind, w.minutes,
                g.at, w.due_at
            FROM given g CROSS JOIN LATERAL (
                SELECT md5(g.conversation_id::text || '/no_answer/' || m)::uuid AS key, 'no_answer' AS kind, m AS minutes,
                    g.at + m * interval '1 minute' AS due_at FROM unnest(g.no_answer) m
                UNION ALL
                SELECT md5(g.conversation_id::text || '/window_closing/' || m)::uuid, 'window_closing', m,
                    g.at + $11::interval - m * interval '1 minute' FROM unnest(g.window_closing) m) w
            WHERE g.is_writing ORDER BY g.workspace_id, w.key, w.due_at
            ON CONFLICT (workspace_id, event_key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL
                WHERE e.due_at = 'infinity'),
        fresh AS (
            INSERT INTO rule_events (workspace_id, event_key, account_id, conversation_id, kind, subject_id, at, due_at)
            SELECT g.workspace_id, g.event_key, g.account_id, g.conversation_id, g.kind, g.subject_id, g.at, $10 FROM given g
            WHERE g.live && string_to_array(g.kinds, ',') ON CONFLICT DO NOTHING RETURNING 1)
        SELECT count(*)::integer FROM fresh""",
        *columns(news, names), now, WINDOW,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An event that is due. `locked`: its conversation, where it has one."""

    account_id: UUID
    conversation_id: UUID | None
    kind: str
    subject_id: UUID | None
    minutes: int | None
    at: datetime
    locked: UUID | None


async def waiting(conn: Conn, due: Due) -> Waiting | None:
    """What a claimed row is about, None when it is gone; its conversation is locked, as `conversations.lock` does."""
    return await row(
        conn,
        Waiting,
        """SELECT e.account_id, e.conversation_id, e.kind, e.subject_id, e.minutes, e.at, (
            SELECT c.id FROM conversations c WHERE c.workspace_id = e.workspace_id AND c.id = e.conversation_id
            FOR NO KEY UPDATE) AS locked
        FROM rule_events e WHERE e.workspace_id = $1 AND e.event_key = $2""",
        *due.key,
    )


async def take(conn: Conn, due: Due) -> bool:
    """The event is being looked at in this transaction; False when it was, or when somebody else has claimed it since.

    Under the conversation's lock: apply holds that too while it writes down when somebody will have waited too long.
    """
    taken = await run(
        conn, "DELETE FROM rule_events WHERE workspace_id = $1 AND event_key = $2 AND attempts = $3", *due.key, due.attempts
    )
    return taken > 0


async def put_off(conn: Conn, due: Due, until: datetime) -> None:
    """Its time has not come."""
    await run(
        conn,
        """UPDATE rule_events SET due_at = $4, attempts = 0, error = NULL
        WHERE workspace_id = $1 AND event_key = $2 AND attempts = $3""",
        *due.key, due.attempts, until,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who an event is from, and how they stand to automation. `said_*`: the newest messages, newest first."""

    book_version: int
    person: str
    username: str | None
    name: str | None
    account_username: str
    is_follower: bool | None
    is_verified: bool | None
    is_member: bool
    followers: int | None
    labels: list[str]
    is_self: bool
    handled_elsewhere: bool
    window_opened_at: datetime | None
    is_one_of_ours: bool
    opted_out_at: datetime | None
    paused_until: datetime | None
    pause_reason: str | None
    resumed_at: datetime | None
    said_by: list[str]
    said_at: list[datetime]
    said_taps: list[bool]
    said_words: list[str]
    fired_rules: list[UUID]
    fired_at: list[datetime]
    sent_last_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message that rules look at. `before`: how many of theirs came before it, up to 1000."""

    text: str | None
    quick_reply_payload: str | None
    postback_payload: str | None
    is_story_reply: bool
    is_story_mention: bool
    has_referral: bool
    is_inbound: bool
    is_history: bool
    is_standby: bool
    is_deleted: bool
    has_reaction: bool
    sent_at: datetime
    before: int
    is_waiting: bool


Talk = tuple[Person | None, Written | None]

_PERSON: LiteralString = """
    SELECT b.version AS book_version, p.igsid AS person, p.username, p.name, a.username AS account_username, p.is_follower,
        p.is_verified, p.connected_user_id IS NOT NULL AS is_member, p.follower_count AS followers,
        coalesce(c.labels, '{}') AS labels, coalesce(c.is_self, false) AS is_self,
        coalesce(c.handled_elsewhere, false) AS handled_elsewhere, c.window_opened_at,
        EXISTS (SELECT FROM accounts o WHERE o.workspace_id = $1 AND lower(o.username) = lower(p.username)) AS is_one_of_ours,
        r.opted_out_at, r.paused_until, r.pause_reason, r.resumed_at, s.said_by, s.said_at, s.said_taps, s.said_words,
        f.fired_rules, f.fired_at, f.sent_last_hour
"""
_BESIDES: LiteralString = """
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(l.author_kind ORDER BY l.n), '{}') AS said_by,
        coalesce(array_agg(l.sent_at ORDER BY l.n), '{}') AS said_at,
        coalesce(array_agg(l.is_tap ORDER BY l.n), '{}') AS said_taps,
        coalesce(array_agg(l.words ORDER BY l.n), '{}') AS said_words
        FROM (SELECT n.author_kind, n.sent_at, row_number() OVER () AS n,
                n.quick_reply_payload IS NOT NULL OR n.postback_payload IS NOT NULL AS is_tap,
                md5(coalesce(n.text, n.id::text)) AS words
            FROM (SELECT * FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = c.id AND NOT m.is_standby
                AND m.status NOT IN ('scheduled', 'held', 'discarded')
                ORDER BY m.sent_at DESC, m.id DESC LIMIT $4) n) l) s
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(x.rule_id), '{}') AS fired_rules, coalesce(array_agg(x.at), '{}') AS fired_at,
            (count(*) FILTER (WHERE x.sends AND NOT x.is_watch AND x.outcome IN ('done', 'partly') AND x.at > $5))::integer
                AS sent_last_hour
        FROM (SELECT w.rule_id, w.at, w.sends, w.is_watch, w.outcome FROM rule_fires w
            WHERE w.workspace_id = $1 AND w.account_id = $2 AND w.person = p.igsid ORDER BY w.at DESC LIMIT $6) x) f
"""


_WRITTEN: LiteralString = """, w.* """
_MESSAGE: LiteralString = """
    LEFT JOIN LATERAL (SELECT m.text, m.quick_reply_payload, m.postback_payload,
            m.reply_to_story_id IS NOT NULL AS is_story_reply,
            EXISTS (SELECT FROM attachments t WHERE t.workspace_id = $1 AND t.message_id = m.id AND t.kind = 'story_mention')
                AS is_story_mention,
            m.referral IS NOT NULL AS has_referral, m.direction = 'inbound' AS is_inbound, m.is_history, m.is_standby,
            m.deleted_at IS NOT NULL AS is_deleted, m.sent_at,
            EXISTS (SELECT FROM jsonb_array_elements(m.reactions) x
                WHERE x->>'by' = 'participant' AND NOT (x->>'is_removed')::boolean) AS has_reaction,
            (SELECT count(*)::integer FROM (SELECT FROM messages e WHERE e.workspace_id = $1 AND e.conversation_id = $3
                AND (e.sent_at, e.id) < (m.sent_at, m.id) AND e.direction = 'inbound' LIMIT $8) counted) AS before,
            NOT EXISTS (SELECT FROM messages n WHERE n.workspace_id = $1 AND n.conversation_id = $3 AND n.sent_at > m.sent_at
                AND n.direction = 'outbound' AND n.author_kind IN ('agent', 'schedule', 'instagram')
                AND n.status IN ('queued', 'sending', 'sent', 'seen', 'in_doubt')) AS is_waiting
        FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $3 AND m.id = $7) w ON true
"""
_WRITTEN_NAMES = [field.name for field in fields(Written)]


_TALK: LiteralString = (
    _PERSON
    + _WRITTEN
    + """FROM conversations c
    JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
    JOIN accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
    JOIN rule_books b ON b.workspace_id = c.workspace_id AND b.account_id = c.account_id
    LEFT JOIN rule_people r ON r.workspace_id = c.workspace_id AND r.conversation_id = c.id"""
    + _BESIDES
    + _MESSAGE
    + "WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.id = $3"
)
_TAKEN_TALK: LiteralString = f"""
    WITH taken AS (DELETE FROM rule_events WHERE workspace_id = $1 AND event_key = $9 AND attempts = $10 RETURNING 1)
    {_TALK} AND EXISTS (SELECT FROM taken)"""


async def talk(
    conn: Conn, workspace: WorkspaceId, account: UUID, conversation: UUID, message: UUID | None, now: datetime
) -> Talk:
    """Who the conversation is with, None when there is none, or no rules; and one of its messages as it is now.

    Indexes: message_page, rule_fires_person.
    """
    return _talk(await conn.fetchrow(_TALK, workspace, *_looked_for(account, conversation, message, now)))


async def take_talk(conn: Conn, workspace: WorkspaceId, due: Due, event: Waiting, now: datetime) -> Talk:
    """Take the event as `take` does, and `talk` of its conversation and its message: one look. None also when it is not ours."""
    values = _looked_for(event.account_id, event.conversation_id, event.subject_id, now)
    return _talk(await conn.fetchrow(_TAKEN_TALK, workspace, *values, due.key[1], due.attempts))


def _looked_for(account: UUID, conversation: UUID | None, message: UUID | None, now: datetime) -> tuple[object, ...]:
    return account, conversation, _SAID, now - timedelta(hours=1), _MOST_FIRES, message, _MOST_BEFORE


def _talk(record: Record | None) -> Talk:
    if record is None:
        return None, None
    found = dict(record)
    written = {name: found.pop(name) for name in _WRITTEN_NAMES}
    return Person(**found), Written(**written) if written["sent_at"] is not None else None


async def commenter(conn: Conn, workspace: WorkspaceId, account: UUID, comment: UUID, now: datetime) -> Person | None:
    """Who wrote a comment, whether they have a conversation or not; None when Instagram does not say. The same indexes."""
    return await row(
        conn,
        Person,
        _PERSON
        + """FROM (SELECT k.author_ig_id AS igsid, coalesce(k.author_username, q.username) AS username, q.name, q.is_follower,
                q.is_verified, q.connected_user_id, q.follower_count, q.id
            FROM comments k LEFT JOIN participants q ON q.workspace_id = k.workspace_id AND q.account_id = k.account_id
                AND q.igsid = k.author_ig_id
            WHERE k.workspace_id = $1 AND k.account_id = $2 AND k.id = $3 AND k.author_ig_id IS NOT NULL) p
        JOIN accounts a ON a.workspace_id = $1 AND a.id = $2
        JOIN rule_books b ON b.workspace_id = $1 AND b.account_id = $2
        LEFT JOIN conversations c ON c.workspace_id = $1 AND c.account_id = $2 AND c.participant_id = p.id
        LEFT JOIN rule_people r ON r.workspace_id = $1 AND r.conversation_id = c.id"""
        + _BESIDES,
        workspace, account, comment, _SAID, now - timedelta(hours=1), _MOST_FIRES,
    )  # fmt: skip


async def first_unanswered(conn: Conn, workspace: WorkspaceId, conversation: UUID) -> tuple[UUID, datetime] | None:
    """The message since which the participant waits for a person; None when they do not. Index: message_page."""
    record = await conn.fetchrow(
        """SELECT m.id, m.sent_at FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 'inbound'
            AND m.deleted_at IS NULL AND NOT m.is_history AND NOT m.is_standby AND m.sent_at > coalesce((
                SELECT n.sent_at FROM messages n WHERE n.workspace_id = $1 AND n.conversation_id = $2 AND n.direction = 'outbound'
                    AND n.author_kind IN ('agent', 'schedule', 'instagram')
                    AND n.status IN ('queued', 'sending', 'sent', 'seen', 'in_doubt')
                ORDER BY n.sent_at DESC, n.id DESC LIMIT 1), '-infinity')
        ORDER BY m.sent_at, m.id LIMIT 1""",
        workspace, conversation,
    )  # fmt: skip
    return None if record is None else (record["id"], record["sent_at"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment that rules look at."""

    text: str | None
    media_ig_id: str | None
    is_own: bool
    is_deleted: bool
    created_at: datetime


async def comment(conn: Conn, workspace: WorkspaceId, comment_id: UUID) -> Remark | None:
    """A comment as it is now."""
    return await row(
        conn,
        Remark,
        """SELECT text, media_ig_id, is_own, deleted_at IS NOT NULL AS is_deleted, created_at FROM comments
        WHERE workspace_id = $1 AND id = $2""",
        workspace, comment_id,
    )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Run:
    """What becomes of an event, as it is written down."""

    id: UUID
    account_id: UUID
    conversation_id: UUID | None
    kind: str
    subject_id: UUID | None
    event_key: UUID
    person: str
    book_version: int
    looked: Sequence[Looked] = ()
    passed_over: int = 0
    quiet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFire:
    """A rule that fires for an event."""

    rule_id: UUID
    event_key: UUID
    version: int
    is_watch: bool
    sends: bool


async def begin(conn: Conn, workspace: WorkspaceId, fires: Sequence[NewFire], run_: Run, now: datetime) -> set[UUID]:
    """The one place where a rule and an event come together, once for ever: the rules for which they do now. Rule RU2."""
    begun = await conn.fetch(
        """INSERT INTO rule_fires (workspace_id, rule_id, event_key, version, is_watch, sends, account_id, conversation_id,
            person, outcome, at)
        SELECT $1, t.*, $7, $8, $9, 'done', $10
        FROM unnest($2::uuid[], $3::uuid[], $4::integer[], $5::boolean[], $6::boolean[]) AS t
        ON CONFLICT DO NOTHING RETURNING rule_id""",
        workspace, *columns(fires, ("rule_id", "event_key", "version", "is_watch", "sends")), run_.account_id,
        run_.conversation_id, run_.person, now,
    )  # fmt: skip
    return {record["rule_id"] for record in begun}


async def record(conn: Conn, workspace: WorkspaceId, run_: Run, fires: Sequence[tuple[UUID, Fire]], now: datetime) -> None:
    """Write down what became of an event: `fires` by their keys, which are the event's or stand for it."""
    await run(
        conn,
        """WITH settled AS (
            UPDATE rule_fires f SET outcome = t.outcome, conversation_id = coalesce(f.conversation_id, $4)
            FROM unnest($15::uuid[], $16::uuid[], $17::text[]) AS t (rule_id, event_key, outcome)
            WHERE f.workspace_id = $1 AND f.rule_id = t.rule_id AND f.event_key = t.event_key
                AND (f.outcome <> t.outcome OR f.conversation_id IS NULL))
        INSERT INTO rule_runs (workspace_id, id, account_id, conversation_id, kind, subject_id, event_key, person, book_version,
            looked, passed_over, quiet, at, fires, has_fired)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, cardinality($15::uuid[]) > 0)""",
        workspace, run_.id, run_.account_id, run_.conversation_id, run_.kind, run_.subject_id, run_.event_key, run_.person,
        run_.book_version, msgspec.to_builtins(run_.looked), run_.passed_over, run_.quiet, now,
        msgspec.to_builtins([one[1] for one in fires]), [one[1].rule_id for one in fires], [one[0] for one in fires],
        [one[1].outcome for one in fires],
    )  # fmt: skip


async def remember(
    conn: Conn,
    workspace: WorkspaceId,
    conversation: ConversationId,
    *,
    opted_out_at: datetime | None,
    paused_until: datetime | None,
    pause_reason: str | None,
    resumed_at: datetime | None,
) -> None:
    """How a person stands to automation from now on."""
    await run(
        conn,
        """INSERT INTO rule_people (workspace_id, conversation_id, opted_out_at, paused_until, pause_reason, resumed_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET
            opted_out_at = excluded.opted_out_at, paused_until = excluded.paused_until, pause_reason = excluded.pause_reason,
            resumed_at = excluded.resumed_at""",
        workspace, conversation, opted_out_at, paused_until, pause_reason, resumed_at,
    )  # fmt: skip
