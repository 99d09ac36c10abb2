"""Connect a profile to a user, and let go of it again: with the conversation that shows so."""

from datetime import datetime
from uuid import UUID

from confab.model.changes import ConversationUpdated
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import changes, conversations, verifications
from confab.store.db import Conn
from confab.store.verifications import Found


async def connect(conn: Conn, found: Found, user_id: str, now: datetime) -> bool:
    """Use the token up for this user, in the caller's transaction; False when it is dead, also since just now."""
    await conversations.lock(conn, found.workspace_id, found.conversation_id)
    if not await verifications.consume(conn, found.workspace_id, found.id, user_id, now):
        return False
    await _publish(conn, found.workspace_id, found.conversation_id, now)
    return True


async def disconnect(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, user_id: str, now: datetime) -> bool:
    """The conversation's participant is nobody's any more; False when they were not this user's."""
    row = await conversations.lock(conn, workspace, conversation)
    if not await verifications.disconnect(conn, workspace, UUID(str(row.participant_id)), user_id):
        return False
    await _publish(conn, workspace, conversation, now)
    return True


async def _publish(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, now: datetime) -> None:
    shown = (await conversations.by_ids(conn, [(workspace, conversation)]))[conversation][1]
    changes.publish(conn, workspace, [ConversationUpdated(type="conversation_updated", conversation=shown)], now)
