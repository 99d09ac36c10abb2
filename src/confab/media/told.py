"""What is shown of messages and participants became different, and whoever has them open is told in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from confab.model.changes import Change, ConversationUpdated, LibraryItemUpdated, MessageUpdated
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import changes, conversations, library, messages
from confab.store.db import Conn
from confab.store.media import Place
from confab.store.rows import ConversationRow


async def lock(conn: Conn, places: Sequence[Place]) -> dict[UUID, ConversationRow]:
    """Their conversations, locked in the order in which everybody locks them."""
    wanted = sorted({(place.workspace_id, place.conversation_id) for place in places})
    return {id_: await conversations.lock(conn, workspace, ConversationId(id_)) for workspace, id_ in wanted}


async def publish(conn: Conn, places: Sequence[Place], locked: dict[UUID, ConversationRow], now: datetime) -> set[WorkspaceId]:
    """Publish the messages, and what libraries have of them, as they are now; the workspaces to wake."""
    rows = await messages.rows_by_ids(conn, sorted({(place.workspace_id, place.message_id) for place in places}))
    if not rows:
        return set()
    await messages.update(conn, rows)
    found: dict[WorkspaceId, list[Change]] = {}
    for row in rows:
        marks = locked[row.conversation_id]
        value = messages.shown(row, marks.read_up_to, marks.seen_up_to)
        change = MessageUpdated(type="message_updated", conversation_id=value.conversation_id, message=value)
        found.setdefault(WorkspaceId(row.workspace_id), []).append(change)
    for workspace in sorted(found):
        found[workspace] += await _library(conn, workspace, [row.id for row in rows if row.workspace_id == workspace])
    changes.publish_all(conn, found, now)
    return set(found)


async def _library(conn: Conn, workspace: WorkspaceId, shown: Sequence[UUID]) -> list[Change]:
    """Items have their previews of these messages."""
    members = await library.members_of(conn, workspace, shown)
    if not members:
        return []
    await library.lock_members(conn, workspace, members)
    items = await library.look_different(conn, workspace, shown)
    return [
        LibraryItemUpdated(type="library_item_updated", conversation_id=one.conversation_id, item=one.item)
        for one in await library.shown(conn, workspace, items)
    ]


async def publish_people(conn: Conn, workspace: WorkspaceId, shown_in: Sequence[UUID], now: datetime) -> None:
    """Publish these conversations, whose participants look different now."""
    found = await conversations.by_ids(conn, [(workspace, one) for one in shown_in])
    updated: list[Change] = [ConversationUpdated(type="conversation_updated", conversation=value) for _, value in found.values()]
    if updated:
        changes.publish(conn, workspace, updated, now)
