"""Whether the reply window would be open at some time: what the gate will say, unless something happens until then."""

from datetime import datetime

from confab.inbox import policy
from confab.inbox.policy import Verdict
from confab.model.inbox import ConversationId, Viewer
from confab.model.outgoing import ActorKind
from confab.store import accounts, conversations
from confab.store.db import Conn


async def at(conn: Conn, viewer: Viewer, conversation: ConversationId, actor: ActorKind, when: datetime) -> Verdict:
    """The verdict for that time. Raises NotFound."""
    found = await conversations.for_viewer(conn, viewer, conversation)
    account = await accounts.for_workspace(conn, viewer.workspace_id, found.account.id)
    return policy.window(
        opened_at=found.window_opened_at, opened_by=found.window_opened_by, refused_at=found.window_refused_at,
        human_agent=account.human_agent, is_self=found.is_self, actor=actor, now=when,
    )  # fmt: skip
