"""A call under lock, with the conversation and the message that it moves: what every step of sending works on."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from confab.model.inbox import OutboundId, WorkspaceId
from confab.store import comments, conversations, messages, outbound
from confab.store.comments import CommentRow
from confab.store.db import Conn
from confab.store.outbound import OutboundRow
from confab.store.rows import ConversationRow, MessageRow


@dataclass(slots=True, kw_only=True)
class Locked:
    """A call, its conversation and its message, as they are until the transaction ends. Of an indicator there is no message.

    `freed`: the lanes in which something may go once it is committed. `comment`: what it answers in private. `is_followed`:
    another call is queued in the conversation. `is_known`: whether anything was told of the mid that its message is about to get.
    `allowance`: what was used of it, and how often running Meta asked to wait, as far as we were told until now.
    """

    call: OutboundRow
    conversation: ConversationRow
    message: MessageRow | None
    freed: set[int] = field(default_factory=set[int])
    comment: CommentRow | None = None
    is_followed: bool = True
    is_known: bool | None = None
    allowance: tuple[int | None, int] | None = None
    _before: ConversationRow = field(init=False)

    def __post_init__(self) -> None:
        self._before = replace(self.conversation)

    @property
    def workspace(self) -> WorkspaceId:
        """Whose it is."""
        return WorkspaceId(self.call.workspace_id)

    @property
    def is_moved(self) -> bool:
        """Whether the conversation became different since it was locked."""
        return self.conversation != self._before


async def lock(
    conn: Conn,
    workspace: WorkspaceId,
    outbound_id: OutboundId,
    *,
    given: tuple[UUID, UUID] | None = None,
    pool: str | None = None,
) -> Locked | None:
    """The call as it is now; None when there is none under this id.

    `given`: the account and the digest of the mid that its message is about to get; apply must not park meanwhile what is said
    about it. `pool`: the limit whose allowance is of interest.
    """
    conversation = await conversations.lock_of_call(conn, workspace, outbound_id, [given] if given is not None else [])
    if conversation is None:
        return None
    found = await outbound.whole(conn, workspace, outbound_id, given[1] if given is not None else None, pool)
    if found is None:
        return None
    comment = await comments.lock(conn, workspace, found.call.comment_id) if found.call.comment_id is not None else None
    return Locked(
        call=found.call, conversation=conversation, message=found.message, comment=comment, is_followed=found.is_followed,
        is_known=found.is_known if given is not None else None,
        allowance=(found.used_percent, found.throttles) if pool is not None else None,
    )  # fmt: skip


async def of(conn: Conn, call: OutboundRow, conversation: ConversationRow) -> Locked:
    """The call of a conversation that is locked already."""
    found = await messages.rows_by_ids(conn, [(call.workspace_id, call.message_id)]) if call.message_id is not None else []
    comment = await comments.lock(conn, WorkspaceId(call.workspace_id), call.comment_id) if call.comment_id is not None else None
    return Locked(call=call, conversation=conversation, message=found[0] if found else None, comment=comment)
