"""What rules did, and the past that a rule can be tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from confab.model.inbox import AccountId, ConversationId, Viewer, WorkspaceId
from confab.model.rules import Fire, Looked, RuleRun, RuleStanding
from confab.store.db import Conn, Record, row, rows, run

_BEFORE = 100
_LOOKED_AT = 20_000
_READ = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which runs of an account are asked for; None and False: all."""

    account: AccountId
    conversation: ConversationId | None = None
    rule: UUID | None = None
    has_fired: bool = False


_PIECE: LiteralString = """
    FROM (SELECT * FROM rule_runs WHERE workspace_id = $1 AND account_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4) r """
_PIECE_FIRED: LiteralString = _PIECE.replace("id < $3", "id < $3 AND has_fired")


async def page(conn: Conn, viewer: Viewer, wanted: Filter, before: UUID, limit: int) -> tuple[list[RuleRun], UUID | None]:
    """The newest `limit` runs before an id, newest first, and where the next page begins, None: nowhere.

    A conversation or a rule is looked for in 20,000 runs at a time, so a page may hold few, or none, and yet have a next one.
    Indexes: rule_runs_page, rule_runs_fired.
    """
    piece = _PIECE_FIRED if wanted.has_fired else _PIECE
    of = (viewer.workspace_id, wanted.account, before)
    records = await conn.fetch(
        "SELECT id, account_id, conversation_id, kind, subject_id, at, looked, passed_over, quiet, fires"
        + piece
        + """WHERE ($6::uuid IS NULL OR conversation_id = $6)
            AND ($7::uuid IS NULL OR looked @> jsonb_build_array(jsonb_build_object('rule_id', $7))) ORDER BY id DESC LIMIT $5""",
        *of, _LOOKED_AT, limit, wanted.conversation, wanted.rule,
    )  # fmt: skip
    found = [_run(record) for record in records]
    if len(found) == limit:
        return found, found[-1].id
    last = await conn.fetchrow(
        "SELECT count(*) AS count, (array_agg(id ORDER BY id))[1] AS id" + piece, *of, _LOOKED_AT
    )  # fmt: skip
    return found, last["id"] if last is not None and last["count"] == _LOOKED_AT else None


def _run(record: Record) -> RuleRun:
    return RuleRun(
        id=record["id"], account_id=AccountId(record["account_id"]), conversation_id=record["conversation_id"],
        kind=record["kind"], subject_id=record["subject_id"], at=record["at"],
        looked=msgspec.convert(record["looked"], list[Looked]), passed_over=record["passed_over"], quiet=record["quiet"],
        fires=msgspec.convert(record["fires"], list[Fire]),
    )  # fmt: skip


async def forget(conn: Conn, before: datetime, limit: int) -> int:
    """Forget some of what became of events before a moment, across workspaces; how much. By rule_runs_age, rule_fires_age."""
    forgotten = await run(
        conn,
        "DELETE FROM rule_runs WHERE ctid = ANY(ARRAY(SELECT ctid FROM rule_runs WHERE at < $1 ORDER BY at LIMIT $2))",
        before, limit,
    )  # fmt: skip
    return forgotten or await run(
        conn,
        "DELETE FROM rule_fires WHERE ctid = ANY(ARRAY(SELECT ctid FROM rule_fires WHERE at < $1 ORDER BY at LIMIT $2))",
        before, limit,
    )  # fmt: skip


async def standing(conn: Conn, viewer: Viewer, conversation: ConversationId) -> RuleStanding:
    """Whether rules answer in a conversation."""
    found = await row(
        conn,
        RuleStanding,
        "SELECT paused_until, pause_reason, opted_out_at FROM rule_people WHERE workspace_id = $1 AND conversation_id = $2",
        viewer.workspace_id, conversation,
    )  # fmt: skip
    return found or RuleStanding(paused_until=None, pause_reason=None, opted_out_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A message or a comment of the past, as rules would see it. `follows_answer`: theirs, and nobody waited before it.
    `answered_at`: when a person answered; `next_at`: when they wrote again."""

    id: UUID
    conversation_id: UUID | None
    at: datetime
    text: str | None
    payload: str | None
    media_ig_id: str | None
    is_inbound: bool
    is_story_reply: bool
    is_story_mention: bool
    has_referral: bool
    reacted_at: datetime | None
    before: int
    follows_answer: bool
    answered_at: datetime | None
    next_at: datetime | None
    person: str
    username: str | None
    name: str | None
    is_follower: bool | None
    is_verified: bool | None
    is_member: bool
    followers: int | None
    labels: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the past: after an id, whose ids begin with their time, and before another; so many of the account at most.

    Of all accounts together 5,000 are read: where others have most, a piece may hold few, or nothing, and yet have a next one.
    """

    account: AccountId
    after: UUID
    until: UUID
    limit: int


async def messages_of(conn: Conn, workspace: WorkspaceId, piece: Piece) -> tuple[list[Past], UUID | None]:
    """Messages of a piece, oldest first, and after which the next piece begins, None: there is none.

    One range of the primary key. Index, for what stands around each of them: message_page.
    """
    found = await rows(
        conn,
        Past,
        """SELECT m.id, m.conversation_id, m.sent_at AS at, m.text,
            coalesce(m.quick_reply_payload, m.postback_payload) AS payload,
            NULL::text AS media_ig_id, m.direction = 'inbound' AND NOT m.is_history AND NOT m.is_standby AS is_inbound,
            m.reply_to_story_id IS NOT NULL AS is_story_reply, m.referral IS NOT NULL AS has_referral,
            EXISTS (SELECT FROM attachments t WHERE t.workspace_id = $1 AND t.message_id = m.id AND t.kind = 'story_mention')
                AS is_story_mention,
            (SELECT max((x->>'at')::timestamptz) FROM jsonb_array_elements(m.reactions) x
                WHERE x->>'by' = 'participant' AND NOT (x->>'is_removed')::boolean) AS reacted_at,
            (SELECT count(*)::integer FROM (SELECT FROM messages e WHERE e.workspace_id = $1 AND e.direction = 'inbound'
                AND e.conversation_id = m.conversation_id AND (e.sent_at, e.id) < (m.sent_at, m.id) LIMIT $6) b) AS before,
            m.direction = 'inbound' AND coalesce((SELECT o.direction = 'outbound' FROM messages o WHERE o.workspace_id = $1
                AND o.conversation_id = m.conversation_id AND (o.sent_at, o.id) < (m.sent_at, m.id) AND o.author_kind <> 'rule'
                ORDER BY o.sent_at DESC, o.id DESC LIMIT 1), true) AS follows_answer,
            (SELECT n.sent_at FROM messages n WHERE n.workspace_id = $1 AND n.conversation_id = m.conversation_id
                AND n.sent_at > m.sent_at AND n.author_kind IN ('agent', 'schedule', 'instagram')
                ORDER BY n.sent_at, n.id LIMIT 1) AS answered_at,
            (SELECT n.sent_at FROM messages n WHERE n.workspace_id = $1 AND n.conversation_id = m.conversation_id
                AND n.sent_at > m.sent_at AND n.direction = 'inbound' ORDER BY n.sent_at, n.id LIMIT 1) AS next_at,
            p.igsid AS person, p.username, p.name, p.is_follower, p.is_verified, p.connected_user_id IS NOT NULL AS is_member,
            p.follower_count AS followers, c.labels
        FROM (SELECT * FROM (SELECT * FROM messages WHERE workspace_id = $1 AND id > $3 AND id < $4 ORDER BY id LIMIT $7) w
            WHERE w.account_id = $2 AND w.deleted_at IS NULL ORDER BY w.id LIMIT $5) m
        JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id AND NOT c.is_self
        JOIN participants p ON p.workspace_id = $1 AND p.id = c.participant_id ORDER BY m.id""",
        workspace, piece.account, piece.after, piece.until, piece.limit, _BEFORE, _READ,
    )  # fmt: skip
    last = await conn.fetchrow(
        """SELECT count(*) AS count, (array_agg(id ORDER BY id DESC))[1] AS id FROM (
            SELECT id FROM messages WHERE workspace_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4) r""",
        workspace, piece.after, piece.until, _READ,
    )  # fmt: skip
    return found, _next(found, piece, last)


async def comments_of(conn: Conn, workspace: WorkspaceId, piece: Piece) -> tuple[list[Past], UUID | None]:
    """The same of comments."""
    found = await rows(
        conn,
        Past,
        """SELECT k.id, c.id AS conversation_id, k.created_at AS at, k.text, NULL::text AS payload, k.media_ig_id,
            true AS is_inbound, false AS is_story_reply, false AS has_referral, false AS is_story_mention,
            NULL::timestamptz AS reacted_at, 0 AS before, true AS follows_answer, NULL::timestamptz AS answered_at,
            NULL::timestamptz AS next_at, k.author_ig_id AS person,
            coalesce(k.author_username, p.username) AS username, p.name, p.is_follower, p.is_verified,
            p.connected_user_id IS NOT NULL AS is_member, p.follower_count AS followers, coalesce(c.labels, '{}') AS labels
        FROM (SELECT * FROM (SELECT * FROM comments WHERE workspace_id = $1 AND id > $3 AND id < $4 ORDER BY id LIMIT $6) w
            WHERE w.account_id = $2 AND w.deleted_at IS NULL AND NOT w.is_own AND w.author_ig_id IS NOT NULL
                AND w.kind <> 'mention' ORDER BY w.id LIMIT $5) k
        LEFT JOIN participants p ON p.workspace_id = $1 AND p.account_id = $2 AND p.igsid = k.author_ig_id
        LEFT JOIN conversations c ON c.workspace_id = $1 AND c.account_id = $2 AND c.participant_id = p.id ORDER BY k.id""",
        workspace, piece.account, piece.after, piece.until, piece.limit, _READ,
    )  # fmt: skip
    last = await conn.fetchrow(
        """SELECT count(*) AS count, (array_agg(id ORDER BY id DESC))[1] AS id FROM (
            SELECT id FROM comments WHERE workspace_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4) r""",
        workspace, piece.after, piece.until, _READ,
    )  # fmt: skip
    return found, _next(found, piece, last)


def _next(found: Sequence[Past], piece: Piece, last: Record | None) -> UUID | None:
    if len(found) == piece.limit:
        return found[-1].id
    return last["id"] if last is not None and last["count"] == _READ else None
