"""What the gate has to know of a conversation and its account, as it is under the conversation's lock."""

from uuid import UUID

from confab.inbox.gate import Circumstances
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import answers, health
from confab.store.answers import Before
from confab.store.db import Conn
from confab.store.health import SendingState
from confab.store.rows import ConversationRow


async def of(conn: Conn, conversation: ConversationRow) -> Circumstances:
    """The state of a locked conversation and its account."""
    return _both(conversation, await health.sending_state(conn, WorkspaceId(conversation.workspace_id), conversation.account_id))


async def before_answer(
    conn: Conn, workspace: WorkspaceId, conversation_id: ConversationId, client_key: str, pool: str
) -> tuple[ConversationRow, Circumstances, Before]:
    """The conversation, locked here, the same, and what there is before an answer with this key, in this pool of calls."""
    conversation, account, before = await answers.before(conn, workspace, conversation_id, client_key, pool)
    return conversation, _both(conversation, account), before


def _both(conversation: ConversationRow, account: SendingState) -> Circumstances:
    return Circumstances(
        opened_at=conversation.window_opened_at,
        opened_by=conversation.window_opened_by,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        refused_at=conversation.window_refused_at, is_self=conversation.is_self, unreachable_at=conversation.unreachable_at,
        handled_elsewhere=conversation.handled_elsewhere, human_agent=account.human_agent, health=account.health,
        health_reason=account.health_reason, has_token=account.has_token, paused_until=account.paused_until,
        restricted_until=account.restricted_until, restricted_reason=account.restricted_reason,
        stopped_by=account.stopped_by, is_all_stopped=account.is_all_stopped,
    )  # fmt: skip


async def of_account(conn: Conn, workspace: WorkspaceId, account: UUID) -> tuple[Circumstances, str | None]:
    """The state of an account for what is in no conversation; and which login connected it."""
    found = await health.sending_state(conn, workspace, account)
    circumstances = Circumstances(
        opened_at=None, opened_by=None, refused_at=None, is_self=False, unreachable_at=None, handled_elsewhere=False,
        human_agent=found.human_agent, health=found.health, health_reason=found.health_reason, has_token=found.has_token,
        paused_until=found.paused_until, restricted_until=found.restricted_until, restricted_reason=found.restricted_reason,
        stopped_by=found.stopped_by, is_all_stopped=found.is_all_stopped,
    )  # fmt: skip
    return circumstances, found.platform
