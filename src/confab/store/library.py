"""The library: what connected customers shared, the messages that it comes from, and what other programs are told of it.

Whoever changes items has their members locked: `lock_members`, after the conversation if there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from confab.model.inbox import ConversationId, Viewer, WorkspaceId
from confab.model.library import EventType, ItemId, ItemInConversation, ItemKind, LibraryItem, Member, MemberId, Share
from confab.store import ids, paths
from confab.store.db import Conn, Record, row, rows, run
from confab.store.media import Kept, Relayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An item that a message is a source of, and whose it is."""

    item_id: ItemId
    member_id: MemberId
    key: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A message that shares something."""

    conversation_id: UUID
    message_id: UUID
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which items to list: of this kind, with this tag, with this text in any of their words, after this place."""

    text: str | None = None
    kind: ItemKind | None = None
    tag: str | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that a company's own program is to be told."""

    item_id: UUID
    type: EventType
    body: dict[str, Any]  # JSON
    happened_at: datetime


async def hand_on(conn: Conn, workspace: WorkspaceId, message: UUID, now: datetime) -> None:
    """Have the library brought in line with a message. Again while it waits changes nothing; while that is done: once more."""
    await run(
        conn,
        """INSERT INTO library_queue (workspace_id, message_id, due_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, message_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        workspace, message, now,
    )  # fmt: skip


async def hand_on_known(conn: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    """The same for messages of (workspace, id) that are in a library or could now be; how many those are."""
    return await run(
        conn,
        """INSERT INTO library_queue (workspace_id, message_id, due_at)
        SELECT m.workspace_id, m.id, $3::timestamptz FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id)
        JOIN messages m USING (workspace_id, id)
        JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
        JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
        WHERE p.connected_user_id IS NOT NULL AND m.direction = 'inbound'
            OR EXISTS (SELECT FROM library_sources s WHERE s.workspace_id = m.workspace_id AND s.message_id = m.id)
        ON CONFLICT (workspace_id, message_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        [workspace for workspace, _ in messages], [message for _, message in messages], now,
    )  # fmt: skip


async def hand_on_past(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, most: int, now: datetime) -> None:
    """The same for the newest messages of somebody who has just connected. Index: message_page."""
    await run(
        conn,
        """INSERT INTO library_queue (workspace_id, message_id, due_at)
        SELECT workspace_id, id, $4::timestamptz FROM messages
        WHERE workspace_id = $1 AND conversation_id = $2 AND direction = 'inbound' ORDER BY sent_at DESC, id DESC LIMIT $3
        ON CONFLICT (workspace_id, message_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        workspace, conversation, most, now,
    )  # fmt: skip


async def owner_of(conn: Conn, workspace: WorkspaceId, message: UUID) -> tuple[ConversationId, MemberId | None] | None:
    """The message's conversation, and the member whose participant it is with; None when there is no such message."""
    record = await conn.fetchrow(
        """SELECT m.conversation_id, b.id AS member_id FROM messages m
        JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
        JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
        LEFT JOIN members b ON b.workspace_id = p.workspace_id AND b.user_id = p.connected_user_id
        WHERE m.workspace_id = $1 AND m.id = $2""",
        workspace, message,
    )  # fmt: skip
    return None if record is None else (ConversationId(record["conversation_id"]), record["member_id"])


async def lock_members(conn: Conn, workspace: WorkspaceId, members: Sequence[UUID]) -> None:
    """Until the transaction ends nobody else changes these members' libraries."""
    await run(
        conn,
        "SELECT FROM members WHERE workspace_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE",
        workspace, list(members),
    )  # fmt: skip


async def members_of(conn: Conn, workspace: WorkspaceId, messages: Sequence[UUID]) -> list[MemberId]:
    """Whose libraries show anything of these messages. Index: library_source_message."""
    found = await conn.fetch(
        """SELECT DISTINCT i.member_id FROM library_sources s
        JOIN library_items i ON i.workspace_id = s.workspace_id AND i.id = s.item_id
        WHERE s.workspace_id = $1 AND s.message_id = ANY($2::uuid[])""",
        workspace, list(messages),
    )  # fmt: skip
    return [MemberId(record["member_id"]) for record in found]


async def look_different(conn: Conn, workspace: WorkspaceId, messages: Sequence[UUID]) -> list[UUID]:
    """The items of these messages, as a newer version each: their pictures are others now. Index: library_source_message."""
    found = await conn.fetch(
        """UPDATE library_items i SET version = i.version + 1 WHERE i.workspace_id = $1 AND i.id IN (
            SELECT item_id FROM library_sources WHERE workspace_id = $1 AND message_id = ANY($2::uuid[])) RETURNING i.id""",
        workspace, list(messages),
    )  # fmt: skip
    return [record["id"] for record in found]


async def sources_of(conn: Conn, workspace: WorkspaceId, message: UUID) -> list[Source]:
    """What the library has of a message. Index: library_source_message."""
    return await rows(
        conn,
        Source,
        """SELECT DISTINCT s.item_id, i.member_id, i.key FROM library_sources s
        JOIN library_items i ON i.workspace_id = s.workspace_id AND i.id = s.item_id
        WHERE s.workspace_id = $1 AND s.message_id = $2""",
        workspace, message,
    )  # fmt: skip


async def refused(conn: Conn, workspace: WorkspaceId, message: UUID) -> set[UUID]:
    """The keys of what its member took out of the library."""
    found = await conn.fetch("SELECT key FROM library_refusals WHERE workspace_id = $1 AND message_id = $2", workspace, message)
    return {record["key"] for record in found}


async def add(
    conn: Conn, workspace: WorkspaceId, member: MemberId, origin: Origin, shares: Sequence[Share], new_ids: Sequence[UUID]
) -> dict[ItemId, bool]:
    """The items that these shares, each of its own key, are now: by id, whether each is new. A repeat raises versions alone."""
    records = await conn.fetch(
        """WITH given AS (
            SELECT * FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::smallint[], $8::text[], $9::text[], $10::text[],
                $11::text[]) AS t (id, kind, key, position, media_id, permalink, caption, author)
        ), item AS (
            INSERT INTO library_items AS i (workspace_id, id, member_id, kind, key, media_id, permalink, caption, author,
                first_sent_at, last_sent_at)
            SELECT $1, id, $2, kind, key, media_id, permalink, caption, author, $12::timestamptz, $12::timestamptz FROM given
            ON CONFLICT (workspace_id, member_id, key) DO UPDATE SET permalink = coalesce(i.permalink, excluded.permalink),
                caption = coalesce(i.caption, excluded.caption), author = coalesce(i.author, excluded.author),
                first_sent_at = least(i.first_sent_at, excluded.first_sent_at),
                last_sent_at = greatest(i.last_sent_at, excluded.last_sent_at), version = i.version + 1
            RETURNING i.id, i.key
        ), source AS (
            INSERT INTO library_sources (workspace_id, item_id, message_id, position, conversation_id, sent_at)
            SELECT $1, item.id, $3, given.position, $13, $12 FROM item JOIN given USING (key) ON CONFLICT DO NOTHING
        )
        SELECT item.id, item.id = given.id AS is_new FROM item JOIN given USING (key)""",
        workspace, member, origin.message_id, list(new_ids), [one.kind for one in shares],
        [ids.digest(one.key) for one in shares],
        [one.position for one in shares], [one.media_id for one in shares], [one.permalink for one in shares],
        [one.caption for one in shares], [one.author for one in shares], origin.sent_at, origin.conversation_id,
    )  # fmt: skip
    return {ItemId(record["id"]): record["is_new"] for record in records}


async def withdraw(conn: Conn, workspace: WorkspaceId, message: UUID, items: Sequence[UUID]) -> set[ItemId]:
    """The message is a source of these items no longer; those that had no other are gone, and said to be."""
    found = await conn.fetch(
        """WITH source AS (
            DELETE FROM library_sources WHERE workspace_id = $1 AND message_id = $2 AND item_id = ANY($3::uuid[])
        ), others AS (
            SELECT item_id, min(sent_at) AS first, max(sent_at) AS last FROM library_sources
            WHERE workspace_id = $1 AND item_id = ANY($3::uuid[]) AND message_id <> $2 GROUP BY item_id
        ), kept AS (
            UPDATE library_items i SET first_sent_at = o.first, last_sent_at = o.last, version = i.version + 1 FROM others o
            WHERE i.workspace_id = $1 AND i.id = o.item_id
        )
        DELETE FROM library_items i WHERE i.workspace_id = $1 AND i.id = ANY($3::uuid[])
            AND i.id NOT IN (SELECT item_id FROM others) RETURNING i.id""",
        workspace, message, list(items),
    )  # fmt: skip
    return {ItemId(record["id"]) for record in found}


async def remove(conn: Conn, member: Member, items: Sequence[UUID] | None) -> dict[ItemId, list[ConversationId]]:
    """Take items out of the member's library, None: all. What is gone, with the conversations that showed it.

    The messages that they come from do not bring them back.
    """
    found = await conn.fetch(
        """WITH gone AS (
            SELECT id, key FROM library_items
            WHERE workspace_id = $1 AND member_id = $2 AND ($3::uuid[] IS NULL OR id = ANY($3))
        ), sources AS (
            SELECT s.item_id, s.message_id, s.conversation_id, g.key FROM library_sources s JOIN gone g ON g.id = s.item_id
            WHERE s.workspace_id = $1
        ), refused AS (
            INSERT INTO library_refusals (workspace_id, message_id, key) SELECT DISTINCT $1::uuid, message_id, key FROM sources
            ON CONFLICT DO NOTHING
        ), removed AS (
            DELETE FROM library_items i USING gone g WHERE i.workspace_id = $1 AND i.id = g.id
        )
        SELECT g.id, array_agg(DISTINCT s.conversation_id) FILTER (WHERE s.conversation_id IS NOT NULL) AS shown_by
        FROM gone g LEFT JOIN sources s ON s.item_id = g.id GROUP BY g.id""",
        member.workspace_id, member.id, None if items is None else list(items),
    )  # fmt: skip
    shown_by: list[tuple[UUID, list[UUID]]] = [(record["id"], record["shown_by"] or []) for record in found]
    return {ItemId(item): [ConversationId(one) for one in conversations] for item, conversations in shown_by}


async def forget_refusals(conn: Conn, workspace: WorkspaceId, message: UUID) -> None:
    """The message was unsent: there is nothing left to refuse."""
    await run(conn, "DELETE FROM library_refusals WHERE workspace_id = $1 AND message_id = $2", workspace, message)


async def annotate(conn: Conn, member: Member, item: ItemId, *, note: str, tags: Sequence[str]) -> bool:
    """What the member says about an item; whether there is such an item."""
    done = await run(
        conn,
        """UPDATE library_items SET note = $4, tags = $5, version = version + 1
        WHERE workspace_id = $1 AND member_id = $2 AND id = $3""",
        member.workspace_id, member.id, item, note, list(tags),
    )  # fmt: skip
    return done > 0


_ITEM: LiteralString = """
    SELECT i.id, i.kind, i.media_id, i.permalink, i.caption, i.author, i.note, i.tags, i.first_sent_at, i.last_sent_at, i.version,
        v.conversation_id, v.message_id, v.position, v.content_type, v.digest, v.has_thumbnail
    FROM library_items i LEFT JOIN LATERAL (
        SELECT s.conversation_id, a.message_id, a.position, a.content_type, a.digest, a.has_thumbnail
        FROM library_sources s JOIN attachments a
            ON a.workspace_id = s.workspace_id AND a.message_id = s.message_id AND a.position = s.position
        WHERE s.workspace_id = i.workspace_id AND s.item_id = i.id
            AND (a.state = 'stored' AND (a.has_thumbnail OR a.content_type LIKE 'image/%')
                OR a.state = 'relayed' AND a.content_type LIKE 'image/%')
        ORDER BY a.state = 'stored' DESC, s.sent_at DESC LIMIT 1
    ) v ON true
"""
_ORDER: LiteralString = " ORDER BY i.last_sent_at DESC, i.id DESC LIMIT "


async def page(conn: Conn, member: Member, wanted: Wanted) -> list[LibraryItem]:
    """The member's items, the newest share first. Index: library_page; text and tag look through this member's alone."""
    at, id_ = wanted.after or (None, None)
    records = await conn.fetch(
        _ITEM
        + """WHERE i.workspace_id = $1 AND i.member_id = $2 AND ($3::text IS NULL OR i.kind = $3)
            AND ($4::text IS NULL OR $4 = ANY(i.tags))
            AND ($5::text IS NULL OR position(lower($5) IN lower(concat_ws(' ', i.caption, i.author, i.note, i.permalink,
                array_to_string(i.tags, ' ')))) > 0)
            AND ($6::timestamptz IS NULL OR (i.last_sent_at, i.id) < ($6, $7))"""
        + _ORDER
        + "$8",
        member.workspace_id, member.id, wanted.kind, wanted.tag, wanted.text, at, id_, wanted.limit,
    )  # fmt: skip
    return [_for_member(record) for record in records]


async def one(conn: Conn, member: Member, item: ItemId) -> LibraryItem | None:
    """One of the member's items."""
    record = await conn.fetchrow(
        _ITEM + "WHERE i.workspace_id = $1 AND i.member_id = $2 AND i.id = $3", member.workspace_id, member.id, item
    )
    return None if record is None else _for_member(record)


async def tags(conn: Conn, member: Member) -> list[str]:
    """Every tag that the member uses."""
    found = await conn.fetch(
        """SELECT DISTINCT unnest(tags) AS tag FROM library_items
        WHERE workspace_id = $1 AND member_id = $2 ORDER BY 1 LIMIT 200""",
        member.workspace_id, member.id,
    )  # fmt: skip
    return [record["tag"] for record in found]


async def count(conn: Conn, member: Member) -> int:
    """How many items the member has."""
    return await conn.fetchval(
        "SELECT count(*) FROM library_items WHERE workspace_id = $1 AND member_id = $2", member.workspace_id, member.id
    )


async def mark(conn: Conn, member: Member) -> str:
    """A text that is another whenever the member's library is: how many items there are, of which versions, and the newest."""
    return await conn.fetchval(
        """SELECT count(*) || '.' || coalesce(sum(version), 0) || '.' || coalesce(max(id::text), '')
        FROM library_items WHERE workspace_id = $1 AND member_id = $2""",
        member.workspace_id, member.id,
    )  # fmt: skip


async def is_gathering(conn: Conn, member: Member) -> bool:
    """Whether messages of the member wait to be looked through; few rows ever wait."""
    return bool(
        await conn.fetchval(
            """SELECT true FROM library_queue q
            JOIN messages m ON m.workspace_id = q.workspace_id AND m.id = q.message_id
            JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
            WHERE q.workspace_id = $1 AND q.due_at < 'infinity' AND p.connected_user_id = $2 LIMIT 1""",
            member.workspace_id, member.user_id,
        )
    )  # fmt: skip


async def for_viewer(
    conn: Conn, viewer: Viewer, conversation: ConversationId, after: tuple[datetime, UUID] | None, limit: int
) -> list[LibraryItem]:
    """What a conversation brought into its member's library, the newest share first. Index: library_source_conversation."""
    at, id_ = after or (None, None)
    records = await conn.fetch(
        _ITEM
        + """WHERE i.workspace_id = $1 AND i.id IN (
                SELECT item_id FROM library_sources WHERE workspace_id = $1 AND conversation_id = $2)
            AND ($3::timestamptz IS NULL OR (i.last_sent_at, i.id) < ($3, $4))"""
        + _ORDER
        + "$5",
        viewer.workspace_id, conversation, at, id_, limit,
    )  # fmt: skip
    return [_for_agent(record) for record in records]


async def shown(conn: Conn, workspace: WorkspaceId, items: Sequence[UUID]) -> list[ItemInConversation]:
    """Items as agents see them, once for each conversation that shows them."""
    records = await conn.fetch(
        f"""SELECT i.*, c.shown_by FROM (SELECT DISTINCT item_id, conversation_id AS shown_by FROM library_sources
            WHERE workspace_id = $1 AND item_id = ANY($2::uuid[])) c
        CROSS JOIN LATERAL ({_ITEM} WHERE i.workspace_id = $1 AND i.id = c.item_id OFFSET 0) i""",
        workspace, list(items),
    )  # fmt: skip
    return [ItemInConversation(conversation_id=ConversationId(r["shown_by"]), item=_for_agent(r)) for r in records]


async def preview(conn: Conn, member: Member, item: ItemId, now: datetime) -> Kept | Relayed | None:
    """The picture of an item: our copy, else where to have it from, else nothing. A story that is over has none."""
    kept = await row(
        conn,
        Kept,
        """SELECT o.digest, o.content_type, o.size_bytes, o.width, o.height, o.duration_ms, o.placeholder, o.has_thumbnail
        FROM library_items i
        JOIN library_sources s ON s.workspace_id = i.workspace_id AND s.item_id = i.id
        JOIN attachments a ON a.workspace_id = s.workspace_id AND a.message_id = s.message_id AND a.position = s.position
        JOIN media_objects o ON o.workspace_id = a.workspace_id AND o.digest = a.digest
        WHERE i.workspace_id = $1 AND i.member_id = $2 AND i.id = $3 AND a.state = 'stored'
            AND (o.has_thumbnail OR o.content_type LIKE 'image/%')
        ORDER BY s.sent_at DESC LIMIT 1""",
        member.workspace_id, member.id, item,
    )  # fmt: skip
    return kept or await row(
        conn,
        Relayed,
        """SELECT a.source_url, a.content_type, false AS is_voice
        FROM library_items i
        JOIN library_sources s ON s.workspace_id = i.workspace_id AND s.item_id = i.id
        JOIN attachments a ON a.workspace_id = s.workspace_id AND a.message_id = s.message_id AND a.position = s.position
        WHERE i.workspace_id = $1 AND i.member_id = $2 AND i.id = $3 AND a.state = 'relayed' AND a.content_type LIKE 'image/%'
            AND a.source_url IS NOT NULL AND (a.available_until IS NULL OR a.available_until > $4)
        ORDER BY s.sent_at DESC LIMIT 1""",
        member.workspace_id, member.id, item, now,
    )  # fmt: skip


async def tell(
    conn: Conn, workspace: WorkspaceId, bodies: Mapping[UUID, tuple[UUID, EventType, dict[str, Any]]], now: datetime
) -> None:
    """Have a company's own program told, by event id: (item, type, body). What waits about a removed item is withdrawn."""
    removed = [item for item, type_, _ in bodies.values() if type_ == "removed"]
    if removed:
        await run(conn, "DELETE FROM library_events WHERE workspace_id = $1 AND item_id = ANY($2::uuid[])", workspace, removed)
    await run(
        conn,
        """INSERT INTO library_events (workspace_id, id, item_id, type, body, happened_at, due_at)
        SELECT $1, t.id, t.item_id, t.type, t.body, $6, $6
        FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::jsonb[]) AS t (id, item_id, type, body)""",
        workspace, list(bodies), [item for item, _, _ in bodies.values()], [type_ for _, type_, _ in bodies.values()],
        [body for _, _, body in bodies.values()], now,
    )  # fmt: skip


async def to_tell(conn: Conn, workspace: WorkspaceId, event: UUID) -> Waiting | None:
    """An event that waits; None when it was withdrawn."""
    return await row(
        conn,
        Waiting,
        "SELECT item_id, type, body, happened_at FROM library_events WHERE workspace_id = $1 AND id = $2",
        workspace, event,
    )  # fmt: skip


def _for_member(record: Record) -> LibraryItem:
    version = f"?v={record['digest'].hex()[:12]}" if record["digest"] else ""
    return _item(record, f"/library/media/{record['id']}{version}" if record["message_id"] else None)


def _for_agent(record: Record) -> LibraryItem:
    if record["message_id"] is None:
        return _item(record, None)
    url = paths.of_attachment(
        record["conversation_id"], record["message_id"], record["position"], record["content_type"], record["digest"]
    )
    return _item(record, f"{url}&small" if record["has_thumbnail"] and record["digest"] else url)


def _item(record: Record, preview_url: str | None) -> LibraryItem:
    return LibraryItem(
        id=ItemId(record["id"]), kind=record["kind"], media_id=record["media_id"], permalink=record["permalink"],
        caption=record["caption"], author=record["author"], note=record["note"], tags=record["tags"],
        first_sent_at=record["first_sent_at"], last_sent_at=record["last_sent_at"], preview_url=preview_url,
        version=record["version"],
    )  # fmt: skip
