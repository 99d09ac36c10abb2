"""What becomes of a message from a customer, by itself: the link to connect, or an acknowledgement. Rules CN1-CN6."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.errors import Invalid
from confab.members.offer import Noting, Offers, Sending, speaker
from confab.members.tokens import DAY, MOST_A_DAY, Mint
from confab.model.changes import MessageUpdated
from confab.model.commands import Send
from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.outgoing import LANE, Text
from confab.store import changes, conversations, messages, verifications, wake, welcomes
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.rows import ConversationRow, MessageRow
from confab.store.wake import Wake
from confab.store.welcomes import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcomes:
    """Handles claimed welcomes. `is_on`: whether customers can connect on this installation at all."""

    db: Database
    clock: Clock
    wake: Wake
    send: Sending
    note: Noting
    offers: Offers
    mint: Mint
    is_on: bool

    async def run(self, due: Due) -> None:
        """Decide and queue, in the one transaction that takes the row away: whoever dies before leaves all to be done again."""
        workspace, message_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        now = self.clock.now()
        async with self.db.transaction() as conn:
            where = await welcomes.conversation_of(conn, workspace, message_id)
            if where is None:
                return
            conversation = await conversations.lock(conn, workspace, where)
            if not await welcomes.take(conn, due):
                return
            (message,) = await messages.rows_by_ids(conn, [(workspace, message_id)])
            customer = await welcomes.customer(conn, workspace, where)
            if self.is_on and customer.connects_customers and message.deleted_at is None:
                await self._answer(conn, conversation, message, customer, now)
        self.wake.say(wake.changed(workspace), *wake.sending([LANE["service"]]))

    async def _answer(
        self, conn: Conn, conversation: ConversationRow, message: MessageRow, customer: Customer, now: datetime
    ) -> None:
        if customer.connected_user_id is None:
            await self._invite(conn, conversation, message, now)
            return
        if _is_time(customer, now):
            await self._thank(conn, conversation, message, now)
        await _mark_processed(conn, conversation, message, now)

    async def _invite(self, conn: Conn, conversation: ConversationRow, message: MessageRow, now: datetime) -> None:
        """At most one live token, and one message with its link: a live one that reached nobody is sent, not replaced."""
        workspace = WorkspaceId(conversation.workspace_id)
        token = await verifications.open_one(conn, workspace, conversation.participant_id)
        if token is not None and token.is_live(now) and await verifications.is_offered(conn, workspace, token.id):
            return
        if await verifications.offers_since(conn, workspace, conversation.participant_id, now - DAY) >= MOST_A_DAY:
            return
        if token is None or not token.is_live(now):
            token = self.mint.new(conversation, message.mid or str(message.id), message.id, now)
            await verifications.create(conn, token)
        key = f"verification:{message.id}"
        try:
            await self.offers.make(conn, conversation, token, key, now)
        except Invalid as refused:
            await self.offers.miss(conn, conversation, token, key, self.note, refused, now)

    async def _thank(self, conn: Conn, conversation: ConversationRow, message: MessageRow, now: datetime) -> None:
        wording = self.offers.wording
        await welcomes.note_acknowledged(conn, WorkspaceId(conversation.workspace_id), conversation.participant_id, now)
        command = Send(
            conversation_id=ConversationId(conversation.id), client_key=f"acknowledgement:{message.id}",  # pyright: ignore[reportArgumentType] -- a row's id
            content=Text(type="text", text=wording.thanks()), purpose="acknowledgement",
        )  # fmt: skip
        await self.send(conn, speaker(conversation.workspace_id, wording.brand), command, now)


def _is_time(customer: Customer, now: datetime) -> bool:
    every, last = customer.acknowledges_every_s, customer.acknowledged_at
    return every is None or last is None or now - last >= timedelta(seconds=every)


async def _mark_processed(conn: Conn, conversation: ConversationRow, message: MessageRow, now: datetime) -> None:
    """The member's library has it from now on."""
    message.processed = True
    await messages.update(conn, [message])
    shown = messages.shown(message, conversation.read_up_to, conversation.seen_up_to)
    updated = MessageUpdated(type="message_updated", conversation_id=shown.conversation_id, message=shown)
    changes.publish(conn, WorkspaceId(conversation.workspace_id), [updated], now)
