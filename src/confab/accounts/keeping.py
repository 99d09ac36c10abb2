"""Whether an account keeps copies of media: decided by owners and admins, and carried out by a job. Rule MD8."""

from datetime import datetime

from confab.model.changes import AccountUpdated
from confab.model.inbox import AccountId, WorkspaceId
from confab.model.media import MediaMode
from confab.store import accounts, changes, media_turns
from confab.store.db import Conn


async def decide(conn: Conn, workspace: WorkspaceId, account: AccountId, mode: MediaMode | None, now: datetime) -> bool:
    """From now on the account keeps copies or none (None: as the installation says); what it has is brought in line by a job.

    False when it already was so. Raises NotFound. Whoever commits wakes the feed and the work `turns`.
    """
    is_changed = await accounts.set_media_mode(conn, workspace, account, mode)
    value = await accounts.for_workspace(conn, workspace, account)
    if is_changed:
        await media_turns.begin(conn, workspace, account, now)
        changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)
    return is_changed
