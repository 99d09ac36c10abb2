"""Keeping things from being deleted by their age or with their account: in the API and the command line. Rules RT3, RT4, RT7."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.errors import Invalid
from confab.model.exports import Hold, HoldId
from confab.model.inbox import WorkspaceId
from confab.store import audit, holds, ids
from confab.store.db import Conn

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """A conversation, an account, or (neither) all of a workspace."""

    account_id: UUID | None = None
    conversation_id: UUID | None = None

    def __str__(self) -> str:
        if self.conversation_id is not None:
            return f"conversation {self.conversation_id}"
        return f"account {self.account_id}" if self.account_id is not None else "workspace"


async def place(conn: Conn, workspace: WorkspaceId, what: What, reason: str, by: str, now: datetime) -> Hold:
    """Hold it, and note who did. Raises NotFound, and Invalid for no reason, or for a conversation and an account at once."""
    text = " ".join(reason.split())
    if not text or len(text) > _LONGEST or "\0" in text:
        raise Invalid(f"Say why, in at most {_LONGEST} characters.", field="reason")
    if what.account_id is not None and what.conversation_id is not None:
        raise Invalid("Hold a conversation or an account, not both at once.", field="account_id")
    new = HoldId(ids.new(now))
    placed = await holds.place(conn, workspace, new, (what.account_id, what.conversation_id), (text, by), now)
    await audit.add(conn, workspace, by, "hold_placed", str(what), {"hold": str(placed.id)}, now)
    return placed


async def release(conn: Conn, workspace: WorkspaceId, hold: HoldId, by: str, now: datetime) -> Hold:
    """End it, and note who did. One that has ended stays as it ended. Raises NotFound."""
    released, is_new = await holds.release(conn, workspace, hold, by, now)
    if is_new:
        what = What(account_id=released.account_id, conversation_id=released.conversation_id)
        await audit.add(conn, workspace, by, "hold_released", str(what), {"hold": str(hold)}, now)
    return released
