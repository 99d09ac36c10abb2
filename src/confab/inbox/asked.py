"""What the gate has to know of a call that was written down before: what it refers to may have changed since."""

from uuid import UUID

from confab.inbox.gate import Asked, CommentState, Referred
from confab.model.inbox import WorkspaceId
from confab.store import comments, ids, messages
from confab.store.db import Conn
from confab.store.outbound import OutboundRow


async def of_call(conn: Conn, call: OutboundRow) -> Asked:
    """The call as the gate is asked about it."""
    comment = None
    if call.comment_id is not None:
        comment = await comment_state(conn, WorkspaceId(call.workspace_id), call.comment_id, besides=call.id)
    return Asked(
        actor=call.actor_kind,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        kind=call.kind,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        payload=call.payload, comment=comment, referred=await _referred(conn, call),
    )  # fmt: skip


async def comment_state(conn: Conn, workspace: WorkspaceId, comment: UUID, *, besides: UUID | None = None) -> CommentState:
    """The comment that a private reply is for. `besides`: the call that is asking, which does not answer it yet."""
    found = await comments.to_answer(conn, workspace, comment, besides)
    return CommentState(
        kind=found.kind, author_igsid=found.author_ig_id, is_own=found.is_own, is_deleted=found.deleted_at is not None,
        is_answered=found.is_answered, created_at=found.created_at, is_over=found.ended_at is not None,
    )  # fmt: skip


async def _referred(conn: Conn, call: OutboundRow) -> Referred | None:
    mid: str | None = call.payload.get("mid" if call.kind == "reaction" else "reply_to")
    if mid is None:
        return None
    found = await messages.rows_by_mids(conn, [(call.workspace_id, call.account_id, ids.digest(mid))])
    return Referred(is_at_meta=bool(found), is_unsent=bool(found) and found[0].deleted_at is not None)
