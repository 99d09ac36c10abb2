"""What people and programs want of a participant: to be read anew, to be linked, to have their picture mended.

In the caller's transaction, the conversation's lock first; nothing here calls Meta. Rules PR4, PR7, PR8.
"""

from datetime import datetime

from confab.errors import Conflict, Invalid
from confab.model.changes import ConversationUpdated
from confab.model.commands import Actor, LinkLead, RefreshProfile, ReportPicture
from confab.model.inbox import Conversation
from confab.store import avatars, changes, conversations, participants
from confab.store.db import Conn
from confab.store.rows import ConversationRow

_MAX_LEAD_LENGTH = 200


async def refresh(conn: Conn, actor: Actor, command: RefreshProfile, now: datetime) -> Conversation:
    """Have the profile read at once; again while that is waited for changes nothing. Raises Conflict for the account itself."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if row.is_self:
        raise Conflict("This is the account itself; there is no profile to read.")
    is_news = await participants.ask(conn, actor.workspace_id, row.participant_id, now)
    return await _shown(conn, row, now, is_news=bool(is_news))


async def link_lead(conn: Conn, actor: Actor, command: LinkLead, now: datetime) -> Conversation:
    """Remember what another system calls this person; None forgets it. Raises Invalid."""
    lead_id = None if command.lead_id is None else _readable(command.lead_id)
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    is_news = await participants.link_lead(conn, actor.workspace_id, row.participant_id, lead_id)
    return await _shown(conn, row, now, is_news=bool(is_news))


async def report_picture(conn: Conn, actor: Actor, command: ReportPicture, now: datetime) -> bool:
    """A browser could not show the picture. Whether it is fetched anew for that: once a day at most."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if not await avatars.is_kept(conn, actor.workspace_id, row.participant_id):
        return False
    return await participants.ask_for_picture(conn, actor.workspace_id, row.participant_id, now)


def _readable(lead_id: str) -> str:
    if not lead_id.strip() or len(lead_id) > _MAX_LEAD_LENGTH:
        raise Invalid(f"linked_lead_id needs 1 to {_MAX_LEAD_LENGTH} characters, or null.", field="linked_lead_id")
    if not lead_id.isprintable():
        raise Invalid("linked_lead_id is one line of readable characters.", field="linked_lead_id")
    return lead_id


async def _shown(conn: Conn, row: ConversationRow, now: datetime, *, is_news: bool) -> Conversation:
    """The conversation as it is now, told to all where it became different."""
    workspace, conversation = (await conversations.by_ids(conn, [(row.workspace_id, row.id)]))[row.id]
    if is_news:
        updated = ConversationUpdated(type="conversation_updated", conversation=conversation)
        changes.publish(conn, workspace, [updated], now)
    return conversation
