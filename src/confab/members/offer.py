"""Send a participant the link to connect, as a message like any other; and put the token into it at the last moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from confab.errors import Conflict, Refused
from confab.members.tokens import Mint
from confab.members.wording import Wording
from confab.model import links
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId, Message, WorkspaceId
from confab.model.outgoing import Text
from confab.store import verifications
from confab.store.db import Conn
from confab.store.rows import ConversationRow
from confab.store.verifications import Token

Sending = Callable[[Conn, Actor, Send, datetime], Awaitable[tuple[Message, bool]]]
"""How something is sent: `answer.send`, or what stands in its place. It takes the conversation's lock."""

Noting = Callable[[Conn, Actor, Send, Refused, datetime], Awaitable[Message]]
"""How what cannot be sent is left standing as failed, with the reason."""

VERIFICATION = "verification"
"""In a call's payload: the token whose link its text holds, masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Sends links."""

    send: Sending
    wording: Wording

    async def make(self, conn: Conn, conversation: ConversationRow, token: Token, client_key: str, now: datetime) -> Message:
        """Queue the message with the token's link. The same key again is the same message, and no other offer.

        Raises Invalid when the link is too long.
        """
        command = _saying(self.wording.invitation(conversation.igsid), conversation, client_key)
        message, is_new = await self.send(conn, speaker(conversation.workspace_id, self.wording.brand), command, now)
        if is_new:
            await verifications.offer(conn, WorkspaceId(token.workspace_id), token.id, message.id)
        return message

    async def miss(
        self,
        conn: Conn,
        conversation: ConversationRow,
        token: Token,
        client_key: str,
        note: Noting,
        refused: Refused,
        now: datetime,
    ) -> None:
        """The message cannot be sent: the team sees what was missed, and why."""
        command = _saying(self.wording.masked(conversation.igsid), conversation, client_key)
        message = await note(conn, speaker(conversation.workspace_id, self.wording.brand), command, refused, now)
        await verifications.offer(conn, WorkspaceId(token.workspace_id), token.id, message.id)


def _saying(text: str, conversation: ConversationRow, client_key: str) -> Send:
    return Send(
        conversation_id=ConversationId(conversation.id), client_key=client_key,  # pyright: ignore[reportArgumentType] -- a row's id
        content=Text(type="text", text=text), purpose="verification",
    )  # fmt: skip


def speaker(workspace: UUID, brand: str) -> Actor:
    """Who speaks when nobody of the team does."""
    return Actor(workspace_id=WorkspaceId(workspace), kind="service", agent_id=None, name=brand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealing:
    """Makes of a call's payload what Instagram gets."""

    mint: Mint

    async def __call__(
        self,
        conn: Conn,
        workspace: WorkspaceId,
        payload: dict[str, Any],  # a call's, as JSON
        now: datetime,
    ) -> dict[str, Any]:
        """The payload with the link readable, at the moment of the call, to be kept nowhere. Without a link it is as it was.

        Raises Conflict when the token is dead: its link would lead nowhere.
        """
        if VERIFICATION not in payload or not links.is_masked(payload["text"]):
            return payload
        token = await verifications.get(conn, workspace, UUID(payload[VERIFICATION]))
        if token is None or not token.is_live(now):
            raise Conflict("The link in it is not valid any more.", code="link_expired")
        rest = {name: value for name, value in payload.items() if name != VERIFICATION}
        return {**rest, "text": links.revealed(payload["text"], self.mint.plain(token))}
