"""A customer has shown who they are: connect their profile, and let them into their library. And the ways out again."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from confab.errors import Gone
from confab.members import connect, sessions
from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.library import Identity, Member
from confab.store import conversations, ids, library
from confab.store import members as store
from confab.store.db import Conn, Database
from confab.store.verifications import Found

_PAST = 500
"""So many messages of the time before are looked through for shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A member who may go in: the secret for their cookie."""

    member: Member
    secret: str = field(repr=False)


async def with_link(conn: Conn, found: Found, identity: Identity, now: datetime) -> Arrival:
    """Use the link up, connect the profile, and let its customer in: all of it or, when the link is dead by now, nothing.

    Raises Gone; the caller's transaction is given up then. Publishes last. Rule CS10.
    """
    await conversations.lock(conn, found.workspace_id, found.conversation_id)
    member = await store.admit(conn, found.workspace_id, ids.new(now), identity, now)
    secret = await sessions.begin(conn, member, now)
    await library.hand_on_past(conn, found.workspace_id, found.conversation_id, _PAST, now)
    if not await connect.connect(conn, found, member.user_id, now):
        raise Gone("This link has been used already.", code="link_used")
    return Arrival(member=member, secret=secret)


async def again(conn: Conn, home: store.Home, now: datetime) -> Arrival:
    """Let a member who came back in."""
    member = (await store.by_ids(conn, home.workspace_id, [home.member_id]))[home.member_id]
    return Arrival(member=member, secret=await sessions.begin(conn, member, now))


async def disconnect(db: Database, member: Member, session: UUID, now: datetime) -> int:
    """The member's profiles are nobody's any more; how many. Other devices are signed out, this one stays. Rule CS11."""
    async with db.viewing(member.workspace_id) as conn:
        profiles = await store.connected(conn, member)
        await store.end_sessions(conn, member.workspace_id, member.id, session)
    for profile in profiles:  # each publishes, as the last thing it does
        async with db.viewing(member.workspace_id) as conn:
            await connect.disconnect(conn, member.workspace_id, profile.conversation_id, member.user_id, now)
    return len(profiles)


async def let_go(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, user_id: str, now: datetime) -> bool:
    """An agent disconnects a conversation's customer; whether they were connected. Publishes last.

    Who has no profile left is signed out everywhere.
    """
    await conversations.lock(conn, workspace, conversation)
    member_id = await store.of_user(conn, workspace, user_id)
    if member_id is not None:
        member = (await store.by_ids(conn, workspace, [member_id]))[member_id]
        if len(await store.connected(conn, member)) <= 1:
            await store.end_sessions(conn, workspace, member_id)
    return await connect.disconnect(conn, workspace, conversation, user_id, now)
