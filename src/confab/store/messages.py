"""Messages and their attachments: a thread's page, and what apply, act and send write."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from confab.errors import NotFound
from confab.model.inbox import (
    Attachment,
    Author,
    ConversationId,
    EarlierText,
    Message,
    MessageError,
    MessageId,
    Mid,
    Reaction,
    Referral,
    ReplyTo,
    StoryRef,
    Viewer,
    WorkspaceId,
)
from confab.store import paths
from confab.store.db import Conn, Record, columns
from confab.store.rows import AttachmentRow, MessageRow

_COLUMNS: LiteralString = """m.workspace_id, m.id, m.account_id, m.conversation_id, m.direction, m.author_kind, m.sent_at,
    m.status, m.mid, m.mid_digest, m.mid_is_guess, m.client_key, m.client_digest, m.author_name, m.author_agent_id, m.text,
    m.reply_to_mid, m.reply_to_story_id, m.reply_to_story_url,
    m.reply_to_story_link, m.reactions, m.quick_reply_payload, m.postback_payload, m.referral, m.meta_sent_at,
    m.edits, m.num_edit, m.edited_at, m.deleted_at, m.processed, m.is_unsupported, m.is_standby, m.is_history, m.error_code,
    m.error_message, m.delivery_id, m.version, m.is_archived"""
_VIEW: LiteralString = f"""
    SELECT {_COLUMNS}, c.read_up_to, c.seen_up_to
    FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
"""
_HAS_FILES: LiteralString = """EXISTS (
    SELECT FROM attachments a WHERE a.workspace_id = m.workspace_id AND a.message_id = m.id) AS has_files"""
COLUMNS: LiteralString = f"{_COLUMNS}, {_HAS_FILES}"
"""What `rows_of` takes, of messages that are called `m`."""
_ROW: LiteralString = f"SELECT {COLUMNS} FROM messages m "


_PAGE: LiteralString = (
    _VIEW
    + """WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND (m.sent_at, m.id) < ($3, $4) AND m.status <> 'discarded'
    ORDER BY m.sent_at DESC, m.id DESC LIMIT $5"""
)
_OPEN_PAGE: LiteralString = _PAGE.replace("ORDER BY", "AND NOT m.is_archived ORDER BY")
_NEWEST = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


async def page(
    conn: Conn, viewer: Viewer, conversation: ConversationId, *, before: MessageId | None, limit: int, with_archived: bool = True
) -> list[Message]:
    """The newest `limit` messages older than `before` (None: the newest), oldest first.

    Raises NotFound when `before` is no message of this conversation. Indexes: message_page, without the archive message_open.
    """
    sent_at, id_ = _NEWEST if before is None else await _position(conn, viewer, conversation, before)
    records = await conn.fetch(
        _PAGE if with_archived else _OPEN_PAGE,
        viewer.workspace_id, conversation, sent_at, id_, limit,
    )  # fmt: skip
    return await _shown(conn, list(reversed(records)))


async def oldest(
    conn: Conn, workspace: WorkspaceId, conversation: UUID, after: tuple[datetime, UUID], up_to: datetime, limit: int
) -> list[Message]:
    """The oldest messages after a position that were sent up to then, oldest first. Index: message_page."""
    records = await conn.fetch(
        _VIEW
        + """WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND (m.sent_at, m.id) > ($3, $4) AND m.sent_at <= $5
            AND m.status <> 'discarded'
        ORDER BY m.sent_at, m.id LIMIT $6""",
        workspace, conversation, *after, up_to, limit,
    )  # fmt: skip
    return await _shown(conn, records)


async def is_there_more(conn: Conn, viewer: Viewer, conversation: ConversationId, before: MessageId) -> bool:
    """Whether anything is older than this message, the archive included: one probe of message_page."""
    sent_at, id_ = await _position(conn, viewer, conversation, before)
    return await conn.fetchval(
        """SELECT EXISTS (SELECT FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2
            AND (m.sent_at, m.id) < ($3, $4) AND m.status <> 'discarded')""",
        viewer.workspace_id, conversation, sent_at, id_,
    )  # fmt: skip


async def archived(conn: Conn, viewer: Viewer, wanted: Sequence[UUID]) -> set[UUID]:
    """Which of these messages lie in the archive."""
    records = await conn.fetch(
        "SELECT id FROM messages WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND is_archived",
        viewer.workspace_id,
        list(wanted),
    )
    return {record["id"] for record in records}


async def bring_back(conn: Conn, conversations: Sequence[tuple[UUID, UUID]], count: int) -> None:
    """The newest messages of (workspace, conversation) pairs that come back from the archive. The conversations are locked."""
    await conn.execute(
        """UPDATE messages m SET is_archived = false
        FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id) CROSS JOIN LATERAL (
            SELECT n.id FROM messages n WHERE n.workspace_id = t.workspace_id AND n.conversation_id = t.id
            ORDER BY n.sent_at DESC, n.id DESC LIMIT $3) newest
        WHERE m.workspace_id = t.workspace_id AND m.id = newest.id AND m.is_archived""",
        [workspace for workspace, _ in conversations],
        [conversation for _, conversation in conversations],
        count,
    )


async def _position(conn: Conn, viewer: Viewer, conversation: ConversationId, message: MessageId) -> tuple[datetime, UUID]:
    record = await conn.fetchrow(
        "SELECT sent_at, id FROM messages WHERE workspace_id = $1 AND id = $2 AND conversation_id = $3",
        viewer.workspace_id, message, conversation,
    )  # fmt: skip
    if record is None:
        raise NotFound("There is no such message in this conversation.")
    return record["sent_at"], record["id"]


async def for_viewer(conn: Conn, viewer: Viewer, conversation: ConversationId, message: MessageId) -> Message:
    """One message of a conversation. Raises NotFound also when it belongs to somebody else."""
    records = await conn.fetch(
        _VIEW + "WHERE m.workspace_id = $1 AND m.id = $3 AND m.conversation_id = $2",
        viewer.workspace_id,
        conversation,
        message,
    )
    if not records:
        raise NotFound("There is no such message in this conversation.")
    return (await _shown(conn, records))[0]


async def rows_by_mids(conn: Conn, keys: Sequence[tuple[UUID, UUID, UUID]]) -> list[MessageRow]:
    """The messages of (workspace, account, mid digest) keys, with attachments. Index: message_mid."""
    records = await conn.fetch(
        f"""SELECT m.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t (workspace_id, account_id, mid_digest)
        CROSS JOIN LATERAL ({_ROW} WHERE (m.workspace_id, m.account_id, m.mid_digest)
            = (t.workspace_id, t.account_id, t.mid_digest) OFFSET 0) m""",
        *[[key[index] for key in keys] for index in range(3)],
    )
    return await rows_of(conn, records)


async def rows_by_ids(conn: Conn, ids: Sequence[tuple[UUID, UUID]]) -> list[MessageRow]:
    """The messages of (workspace, id) pairs, with attachments."""
    records = await conn.fetch(
        _ROW + "WHERE (m.workspace_id, m.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [workspace for workspace, _ in ids],
        [message for _, message in ids],
    )
    return await rows_of(conn, records)


async def by_client_key(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, client_key: str) -> MessageRow:
    """The message that this key made in this conversation. Index: message_client_key."""
    records = await conn.fetch(
        _ROW + "WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.client_key = $3",
        workspace,
        conversation,
        client_key,
    )
    (found,) = await rows_of(conn, records)
    return found


async def newest(conn: Conn, conversations: Sequence[tuple[UUID, UUID]]) -> dict[UUID, MessageRow]:
    """The newest message of each (workspace, conversation), by conversation: one probe of message_page each."""
    records = await conn.fetch(
        f"""SELECT {COLUMNS} FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id) CROSS JOIN LATERAL (
            SELECT * FROM messages n
            WHERE n.workspace_id = t.workspace_id AND n.conversation_id = t.id
                AND n.status NOT IN ('discarded', 'scheduled', 'held')
            ORDER BY n.sent_at DESC, n.id DESC LIMIT 1) m""",
        [workspace for workspace, _ in conversations],
        [conversation for _, conversation in conversations],
    )
    return {row.conversation_id: row for row in await rows_of(conn, records)}


async def newest_inbound(conn: Conn, workspace: WorkspaceId, conversation: ConversationId) -> UUID | None:
    """The participant's newest message, by Meta's clock. Index: message_page, from its end."""
    return await conn.fetchval(
        """SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND direction = 'inbound'
        ORDER BY sent_at DESC, id DESC LIMIT 1""",
        workspace, conversation,
    )  # fmt: skip


async def has_inbound_since(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, at: datetime) -> bool:
    """Whether the participant wrote after this moment, by Meta's clock. Index: message_page, its range from then on."""
    return await conn.fetchval(
        """SELECT EXISTS (SELECT FROM messages
            WHERE workspace_id = $1 AND conversation_id = $2 AND direction = 'inbound' AND sent_at > $3)""",
        workspace, conversation, at,
    )  # fmt: skip


async def sign(conn: Conn, signed: Sequence[MessageRow]) -> None:
    """Write who they are from: a person sends at once what was scheduled."""
    await conn.execute(
        """UPDATE messages m SET author_kind = t.kind, author_name = t.name, author_agent_id = t.agent_id
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS t (workspace_id, id, kind, name, agent_id)
        WHERE m.workspace_id = t.workspace_id AND m.id = t.id""",
        *columns(signed, ("workspace_id", "id", "author_kind", "author_name", "author_agent_id")),
    )


async def values(conn: Conn, viewer: Viewer, wanted: Sequence[UUID]) -> dict[UUID, Message]:
    """Messages by id, as they are shown; who is not there is left out."""
    records = await conn.fetch(_VIEW + "WHERE m.workspace_id = $1 AND m.id = ANY($2::uuid[])", viewer.workspace_id, list(wanted))
    return {message.id: message for message in await _shown(conn, records)}


_INSERTED = (
    "workspace_id", "id", "account_id", "conversation_id", "mid", "mid_digest", "mid_is_guess", "client_key", "client_digest",
    "direction", "author_kind", "author_name", "author_agent_id", "text", "reply_to_mid", "reply_to_story_id",
    "reply_to_story_url", "reply_to_story_link", "reactions", "quick_reply_payload", "postback_payload", "referral", "sent_at",
    "meta_sent_at", "edits", "num_edit", "edited_at", "deleted_at", "processed", "is_unsupported", "is_standby", "is_history",
    "status", "error_code", "error_message", "delivery_id", "is_archived",
)  # fmt: skip


_PLAIN = (
    "workspace_id", "id", "account_id", "conversation_id", "mid", "mid_digest", "direction", "author_kind", "text", "sent_at",
    "status", "delivery_id",
)  # fmt: skip
_besides = attrgetter(*(name for name in _INSERTED if name not in _PLAIN))
_NOTHING_BESIDES = _besides(
    MessageRow(
        workspace_id=UUID(int=0), id=UUID(int=0), account_id=UUID(int=0), conversation_id=UUID(int=0), direction="inbound",
        author_kind="participant", sent_at=datetime.max.replace(tzinfo=UTC), status="received",
    )
)  # fmt: skip


INSERT: LiteralString = """
    INSERT INTO messages (workspace_id, id, account_id, conversation_id, mid, mid_digest, mid_is_guess, client_key,
        client_digest, direction, author_kind, author_name, author_agent_id, text, reply_to_mid, reply_to_story_id,
        reply_to_story_url, reply_to_story_link, reactions, quick_reply_payload, postback_payload, referral, sent_at,
        meta_sent_at, edits, num_edit, edited_at, deleted_at, processed, is_unsupported, is_standby, is_history, status,
        error_code, error_message, delivery_id, is_archived)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::boolean[],
        $8::text[], $9::bytea[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::text[], $15::text[],
        $16::text[], $17::text[], $18::text[], $19::jsonb[], $20::text[], $21::text[], $22::jsonb[], $23::timestamptz[],
        $24::text[], $25::jsonb[], $26::integer[], $27::timestamptz[], $28::timestamptz[], $29::boolean[], $30::boolean[],
        $31::boolean[], $32::boolean[], $33::text[], $34::text[], $35::text[], $36::uuid[], $37::boolean[]) AS t"""
"""New messages with every column they may have; takes `inserted`."""


def inserted(new: Sequence[MessageRow]) -> list[list[object]]:
    """What `INSERT` takes."""
    return columns(new, _INSERTED)


async def insert(conn: Conn, new: Sequence[MessageRow]) -> None:
    """New messages. A `mid` or client key that is there already raises: apply and act have looked under lock before.

    Most have a text and nothing else: for them the twenty other columns are left out, which is half the work.
    """
    special = [row for row in new if _besides(row) != _NOTHING_BESIDES]
    if special:
        await conn.execute(INSERT, *inserted(special))
    plain = [row for row in new if _besides(row) == _NOTHING_BESIDES] if len(special) < len(new) else []
    if plain:
        await conn.execute(
            """
            INSERT INTO messages (workspace_id, id, account_id, conversation_id, mid, mid_digest, direction, author_kind, text,
                sent_at, status, delivery_id)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[],
                $9::text[], $10::timestamptz[], $11::text[], $12::uuid[])
            """,
            *columns(plain, _PLAIN),
        )
    await insert_attachments(conn, [attachment for row in new for attachment in row.attachments])


_UPDATED = (
    "workspace_id", "id", "mid", "mid_digest", "mid_is_guess", "text", "reply_to_mid", "reply_to_story_id", "reactions",
    "quick_reply_payload", "postback_payload", "referral", "sent_at", "edits", "num_edit", "edited_at", "deleted_at",
    "processed", "status", "error_code", "error_message", "is_unsupported", "is_standby", "meta_sent_at", "delivery_id",
    "reply_to_story_url", "reply_to_story_link", "is_history",
)  # fmt: skip


async def update(conn: Conn, changed: Sequence[MessageRow]) -> None:
    """Write every column that may change after the insert. Each one's version grows by one, in the given rows too."""
    records = await conn.fetch(
        """
        UPDATE messages m
        SET mid = t.mid, mid_digest = t.mid_digest, mid_is_guess = t.mid_is_guess, text = t.text,
            reply_to_mid = t.reply_to_mid, reply_to_story_id = t.reply_to_story_id, reactions = t.reactions,
            quick_reply_payload = t.quick_reply_payload, postback_payload = t.postback_payload, referral = t.referral,
            sent_at = t.sent_at, edits = t.edits, num_edit = t.num_edit, edited_at = t.edited_at, deleted_at = t.deleted_at,
            processed = t.processed, status = t.status, error_code = t.error_code, error_message = t.error_message,
            is_unsupported = t.is_unsupported, is_standby = t.is_standby, meta_sent_at = t.meta_sent_at,
            delivery_id = t.delivery_id, reply_to_story_url = t.reply_to_story_url, reply_to_story_link = t.reply_to_story_link,
            is_history = t.is_history, version = m.version + 1
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::boolean[], $6::text[], $7::text[], $8::text[],
            $9::jsonb[], $10::text[], $11::text[], $12::jsonb[], $13::timestamptz[], $14::jsonb[], $15::integer[],
            $16::timestamptz[], $17::timestamptz[], $18::boolean[], $19::text[], $20::text[], $21::text[], $22::boolean[],
            $23::boolean[], $24::text[], $25::uuid[], $26::text[], $27::text[], $28::boolean[])
            AS t (workspace_id, id, mid, mid_digest, mid_is_guess, text, reply_to_mid, reply_to_story_id, reactions,
                quick_reply_payload, postback_payload, referral, sent_at, edits, num_edit, edited_at, deleted_at, processed,
                status, error_code, error_message, is_unsupported, is_standby, meta_sent_at, delivery_id, reply_to_story_url,
                reply_to_story_link, is_history)
        WHERE m.workspace_id = t.workspace_id AND m.id = t.id RETURNING m.id, m.version
        """,
        *columns(changed, _UPDATED),
    )
    versions = {record["id"]: record["version"] for record in records}
    for row in changed:
        row.version = versions[row.id]


async def remove(conn: Conn, ids: Sequence[tuple[UUID, UUID]]) -> None:
    """Delete messages of (workspace, id) with their attachments: doubles, and what an agent discarded."""
    await conn.execute(
        "DELETE FROM messages WHERE (workspace_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [workspace for workspace, _ in ids],
        [message for _, message in ids],
    )


async def insert_attachments(conn: Conn, new: Sequence[AttachmentRow]) -> None:
    """Attachments of new messages."""
    if not new:
        return
    names = (
        "workspace_id", "message_id", "position", "kind", "source_url", "title", "permalink", "state", "payload", "sent_at",
        "available_until", "content_type", "size_bytes", "width", "height", "duration_ms", "digest", "placeholder",
        "has_thumbnail",
    )  # fmt: skip
    await conn.execute(
        """
        INSERT INTO attachments (workspace_id, message_id, position, kind, source_url, title, permalink, state, payload, sent_at,
            available_until, content_type, size_bytes, width, height, duration_ms, digest, placeholder, has_thumbnail)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::jsonb[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::bigint[], $14::integer[],
            $15::integer[], $16::integer[], $17::bytea[], $18::text[], $19::boolean[])
        """,
        *columns(new, names),
    )


async def remove_attachments(conn: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Forget what messages of (workspace, id) carried; their files are removed from storage by a job of the same transaction."""
    await conn.execute(
        """WITH gone AS (
            DELETE FROM attachments WHERE (workspace_id, message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
            RETURNING workspace_id, message_id, position, digest
        ), unwanted AS (
            DELETE FROM media_fetches f USING gone g
            WHERE (f.workspace_id, f.subject_id, f.position) = (g.workspace_id, g.message_id, g.position)
        )
        INSERT INTO media_removals (workspace_id, digest, due_at)
        SELECT DISTINCT workspace_id, digest, $3::timestamptz FROM gone WHERE digest IS NOT NULL
        ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        [workspace for workspace, _ in messages],
        [message for _, message in messages],
        now,
    )


_ATTACHMENT_COLUMNS: LiteralString = """workspace_id, message_id, position, kind, source_url, title, permalink, state,
    content_type, size_bytes, width, height, duration_ms, digest, placeholder, has_thumbnail, error, payload, sent_at,
    available_until, media_fetch_failed"""


async def _attachments(conn: Conn, records: Sequence[Mapping[str, Any]]) -> dict[UUID, list[AttachmentRow]]:
    found = await conn.fetch(
        f"""SELECT {_ATTACHMENT_COLUMNS} FROM attachments
        WHERE (workspace_id, message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY message_id, position""",
        [record["workspace_id"] for record in records],
        [record["id"] for record in records],
    )
    by_message: dict[UUID, list[AttachmentRow]] = {}
    for record in found:
        by_message.setdefault(record["message_id"], []).append(AttachmentRow(**record))
    return by_message


async def rows_of(conn: Conn, records: Sequence[Mapping[str, Any]]) -> list[MessageRow]:
    """Messages with their attachments, of what was read of them with COLUMNS."""
    given = [dict(record) for record in records]
    with_files = [one for one in given if one.pop("has_files")]
    by_message = await _attachments(conn, with_files) if with_files else {}
    return [MessageRow(**one, attachments=by_message.get(one["id"], [])) for one in given]


async def _shown(conn: Conn, records: Sequence[Record]) -> list[Message]:
    by_message = await _attachments(conn, records) if records else {}
    found: list[Message] = []
    for record in records:
        values = dict(record)
        read_up_to, seen_up_to = values.pop("read_up_to"), values.pop("seen_up_to")
        found.append(shown(MessageRow(**values, attachments=by_message.get(record["id"], [])), read_up_to, seen_up_to))
    return found


def shown(row: MessageRow, read_up_to: datetime, seen_up_to: datetime | None) -> Message:
    """The message as every reader sees it: the marks are its conversation's."""
    is_seen = row.status == "sent" and seen_up_to is not None and row.sent_at <= seen_up_to
    is_unread = row.direction == "inbound" and row.deleted_at is None and row.sent_at > read_up_to
    return Message(
        id=MessageId(row.id), conversation_id=ConversationId(row.conversation_id), mid=Mid(row.mid) if row.mid else None,
        client_key=row.client_key, direction=row.direction, author=Author(kind=row.author_kind, name=row.author_name),  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        text=row.text, attachments=[_attachment(attachment, row.conversation_id) for attachment in row.carried],
        reply_to=_reply_to(row),
        reactions=[_reaction(reaction) for reaction in row.reactions if not reaction["is_removed"]],
        quick_reply_payload=row.quick_reply_payload, postback_payload=row.postback_payload,
        referral=msgspec.convert(row.referral, Referral | None), sent_at=row.sent_at, edited_at=row.edited_at,
        edits=[EarlierText(num_edit=edit["num_edit"], text=edit["text"]) for edit in row.edits],
        deleted_at=row.deleted_at, is_unread=is_unread, processed=row.processed, is_unsupported=row.is_unsupported,
        is_standby=row.is_standby, is_history=row.is_history,
        status="seen" if is_seen else row.status, error=_error(row), version=row.version,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
    )  # fmt: skip


def _reply_to(row: MessageRow) -> ReplyTo | None:
    mid, story_id = row.reply_to_mid, row.reply_to_story_id
    if mid is None and story_id is None:
        return None
    return ReplyTo(mid=Mid(mid) if mid else None, story=_story(row, story_id) if story_id is not None else None)


def _story(row: MessageRow, story_id: str) -> StoryRef:
    found = row.answered_story
    if found is None:
        return StoryRef(
            id=story_id or None, url=None, state="unavailable", content_type=None, width=None, height=None, available_until=None
        )
    return StoryRef(
        id=story_id or None, url=_address(found, row.conversation_id), state=found.state, content_type=found.content_type,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        width=found.width, height=found.height, available_until=found.available_until,
    )  # fmt: skip


def _error(row: MessageRow) -> MessageError | None:
    return MessageError(code=row.error_code, message=row.error_message or "") if row.error_code else None


def _reaction(reaction: dict[str, Any]) -> Reaction:  # kept as JSON
    return Reaction(by=reaction["by"], emoji=reaction["emoji"], reaction=reaction["reaction"])


def _attachment(row: AttachmentRow, conversation: UUID) -> Attachment:
    url = _address(row, conversation)
    is_picture = row.content_type is not None and row.content_type.startswith("image/")
    thumbnail = f"{url}&small" if url and row.has_thumbnail else url if is_picture else None
    return Attachment(
        kind=row.kind, url=url, thumbnail_url=thumbnail, title=row.title,
        permalink=row.permalink, state=row.state, content_type=row.content_type, size_bytes=row.size_bytes, width=row.width,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        height=row.height, duration_ms=row.duration_ms, placeholder=row.placeholder, error=row.error,
        available_until=row.available_until, media_fetch_failed=row.media_fetch_failed,
    )  # fmt: skip


def _address(row: AttachmentRow, conversation: UUID) -> str | None:
    if row.content_type is None or row.state not in ("stored", "relayed"):
        return None
    return paths.of_attachment(conversation, row.message_id, row.position, row.content_type, row.digest)
