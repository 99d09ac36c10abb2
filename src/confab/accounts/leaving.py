"""Accounts that go, disconnected here or removed at Instagram, and those that people stop. Rules AC11-AC17."""

from datetime import datetime, timedelta

from confab.errors import Conflict
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, WorkspaceId
from confab.store import accounts, changes, errands, health, ids, tokens
from confab.store.db import Conn

KEPT = timedelta(days=30)
_REMOVED = "The app was removed at Instagram. Connect the account again."
_LEFT = "It was disconnected by {name}."


async def disconnect(conn: Conn, workspace: WorkspaceId, account: AccountId, name: str, now: datetime) -> Account:
    """From now on nothing comes and nothing goes; a job says farewell at Meta, and another erases what is left in 30 days.

    Raises NotFound, and Conflict when it is disconnected already. Whoever commits wakes the feed and the work `errands`.
    """
    value = await accounts.for_workspace(conn, workspace, account)
    if not await accounts.leave(conn, workspace, account, now, now + KEPT, _LEFT.format(name=name)):
        raise Conflict(f"@{value.username} is disconnected already.", code="account_disconnected")
    await accounts.drop_route(conn, workspace, account)
    await errands.ask(conn, workspace, ids.new(now), "part", account, now, now)
    await errands.ask(conn, workspace, ids.new(now), "erase", account, now, now + KEPT)
    return await _published(conn, workspace, account, now)


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
        await changes.publish(conn, workspace, told, now)
    return found


async def removed(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
    """A person removed the app: the token is forgotten, and the account says so. Repeating it is harmless."""
    await tokens.forget(conn, workspace, account)
    await health.mark_dead(conn, workspace, account, _REMOVED)
    await _published(conn, workspace, account, now)


async def erased(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
    """What was left of it is gone."""
    await accounts.is_erased(conn, workspace, account)
    await _published(conn, workspace, account, now)


async def _published(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> Account:
    value = await accounts.for_workspace(conn, workspace, account)
    await changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)
    return value
