"""Whether rules may answer in a conversation: a person's decision, over what they would do by themselves. Rule RU12."""

from datetime import datetime, timedelta

from confab.model.commands import Actor
from confab.model.inbox import ConversationId
from confab.store import conversations, rule_events
from confab.store.db import Conn

_LONG = timedelta(days=3650)


async def put(conn: Conn, actor: Actor, conversation: ConversationId, *, is_paused: bool, now: datetime) -> None:
    """Keep rules out until a person lets them in, or let them in at once. Raises NotFound."""
    await conversations.lock(conn, actor.workspace_id, conversation)
    await rule_events.remember(
        conn, actor.workspace_id, conversation, opted_out_at=None, paused_until=now + _LONG if is_paused else None,
        pause_reason=f"{actor.name} keeps rules out of this conversation" if is_paused else None,
        resumed_at=None if is_paused else now,
    )  # fmt: skip
