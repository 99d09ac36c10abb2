"""Accounts that go, disconnected here or removed at Instagram, and those that people stop. Rules AC11-AC17."""

from datetime import datetime, timedelta

from confab.errors import Conflict
from confab.model.changes import AccountErased, AccountUpdated
from confab.model.inbox import Account, AccountId, WorkspaceId
from confab.store import accounts, changes, checkups, errands, ids
from confab.store.accounts import Leaving
from confab.store.db import Conn

KEPT = timedelta(days=30)
_REMOVED = "The app was removed at Instagram. Connect the account again."
_LEFT = "It was disconnected by {name}."
_GAVE_WAY = "It was the environment's development account, until @{username} was connected."


async def disconnect(conn: Conn, workspace: WorkspaceId, account: AccountId, name: str, now: datetime) -> Account:
    """From now on nothing comes and nothing goes; a job says farewell at Meta, and another erases what is left in 30 days.

    Raises NotFound, and Conflict when it is disconnected already. Whoever commits wakes the feed and the work `errands`.
    """
    value = await accounts.for_workspace(conn, workspace, account)
    how = Leaving(erase_at=now + KEPT, reason=_LEFT.format(name=name), by=name)
    if not await _leave(conn, workspace, account, how, now):
        raise Conflict(f"@{value.username} is disconnected already.", code="account_disconnected")
    return await _published(conn, workspace, account, now)


async def give_way(conn: Conn, workspace: WorkspaceId, to: str, now: datetime) -> list[Account]:
    """Another account is connected: those of the environment are none any more. Whoever calls publishes them. AC20."""
    left: list[Account] = []
    for account in await accounts.development(conn, workspace):
        how = Leaving(erase_at=now + KEPT, reason=_GAVE_WAY.format(username=to), by="the environment", gives_way=True)
        await _leave(conn, workspace, account, how, now)
        left.append(await accounts.for_workspace(conn, workspace, account))
    return left


async def _leave(conn: Conn, workspace: WorkspaceId, account: AccountId, how: Leaving, now: datetime) -> bool:
    """Nothing comes or goes from now on; what is left is erased in its time. False when it was so already."""
    if not await accounts.leave(conn, workspace, account, how, now):
        return False
    await accounts.drop_route(conn, workspace, account)
    if how.by is not None:  # who removed the app at Meta has ended the subscription, and the token with it
        await errands.ask(conn, workspace, ids.new(now), "part", account, now, now)
    await errands.ask(conn, workspace, ids.new(now), "erase", account, now, how.erase_at)
    return True


async def stop(conn: Conn, workspace: WorkspaceId, account: AccountId, by: str | None, now: datetime) -> Account:
    """The account sends nothing, or goes on (None). Raises NotFound. Whoever commits wakes the feed."""
    if await accounts.stop(conn, workspace, account, by, now):
        if by is None:
            await accounts.let_go_on(conn, workspace, [account], now)
        return await _published(conn, workspace, account, now)
    return await accounts.for_workspace(conn, workspace, account)


async def stop_all(conn: Conn, workspace: WorkspaceId, by: str | None, now: datetime) -> list[Account]:
    """Nothing of the workspace is sent, or all goes on (None). Whoever commits wakes the feed."""
    is_new = await accounts.stop_all(conn, workspace, by, now)
    found = await accounts.of_workspace(conn, workspace)
    if is_new:
        if by is None:
            await accounts.let_go_on(conn, workspace, [account.id for account in found], now)
        told = [AccountUpdated(type="account_updated", account=account) for account in found]
        changes.publish(conn, workspace, told, now)
    return found


async def removed(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
    """Its owner removed the app: it is disconnected, and says so. Repeating it is harmless. Whoever calls forgets its token."""
    if await _leave(conn, workspace, account, Leaving(erase_at=now + KEPT, reason=_REMOVED, by=None), now):
        await checkups.make_due(conn, workspace, now)
        await _published(conn, workspace, account, now)


async def erased(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
    """What was left of it is gone: whoever shows any of it forgets it."""
    await errands.drop(conn, workspace, account)
    await accounts.is_erased(conn, workspace, account)
    gone = AccountErased(type="account_erased", account_id=account)
    value = await accounts.for_workspace(conn, workspace, account)
    changes.publish(conn, workspace, [gone, AccountUpdated(type="account_updated", account=value)], now)


async def _published(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> Account:
    value = await accounts.for_workspace(conn, workspace, account)
    changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)
    return value
