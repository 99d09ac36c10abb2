"""One message to the author of a comment, ever: the conversation with them begins with it, and no window opens.

Rules S18, W10, G13-G15, CG11, O18. In the caller's transaction; the account is locked first, because the conversation may be
new, then the conversation, then the comment, which everybody sees as answered from then on.
"""

from datetime import datetime
from uuid import UUID

from confab.errors import Conflict
from confab.inbox import answer, asked
from confab.inbox.answer import Answered
from confab.inbox.apply.fold import new_conversation
from confab.model.commands import Actor, ReplyPrivately, Send
from confab.model.inbox import ConversationId, Message, WorkspaceId
from confab.store import comments, conversations, events
from confab.store.db import Conn


async def reply(conn: Conn, actor: Actor, command: ReplyPrivately, now: datetime) -> tuple[Message, bool]:
    """Queue it: its message, and whether it is new. The same key and content again change nothing.

    Raises NotFound, Conflict with the rule that stands against it, Invalid.
    """
    await events.lock_accounts(conn, [await comments.account_of(conn, actor.workspace_id, command.comment_id)])
    comment = await comments.get(conn, actor.workspace_id, command.comment_id)
    if comment.author.ig_id is None or comment.ig_id is None:
        raise Conflict(
            "Instagram does not say who wrote this comment, so nobody can answer it in private.",
            rule="G15", code="comment_not_answerable",
        )  # fmt: skip
    conversation = await _conversation(conn, actor.workspace_id, comment.account.id, comment.author.ig_id, now)
    state = await asked.comment_state(conn, actor.workspace_id, command.comment_id)
    send = Send(
        conversation_id=conversation, client_key=command.client_key, content=command.content, purpose="private_reply"
    )  # fmt: skip
    return await answer.send(conn, actor, send, now, Answered(id=command.comment_id, ig_id=comment.ig_id, state=state))


async def _conversation(conn: Conn, workspace: WorkspaceId, account: UUID, igsid: str, now: datetime) -> ConversationId:
    found = await conversations.with_participant(conn, workspace, account, igsid)
    if found is not None:
        return found
    row = new_conversation(workspace, account, igsid, now)
    await conversations.insert(conn, [row], now)
    return ConversationId(row.id)
