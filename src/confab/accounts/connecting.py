"""Whether an account's customers can connect: decided by owners and admins. Rule CN8."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from confab.errors import Invalid
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, WorkspaceId
from confab.store import accounts, changes
from confab.store.db import Conn

_LONGEST_S = int(timedelta(days=365).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryMessage:
    """Every message is acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMostEvery:
    """A customer gets an acknowledgement once in so many seconds."""

    seconds: int


Pace = EveryMessage | AtMostEvery


async def decide(
    conn: Conn, workspace: WorkspaceId, account: AccountId, *, connects: bool | None, pace: Pace | None, now: datetime
) -> Account:
    """Change what is not None. Raises NotFound, and Invalid for a pace that is none. Whoever commits wakes the feed."""
    if isinstance(pace, AtMostEvery) and not 0 < pace.seconds <= _LONGEST_S:
        raise Invalid(f"acknowledges_every_s is 1 to {_LONGEST_S} seconds, or null.", field="acknowledges_every_s")
    is_changed = connects is not None and await accounts.set_connects_customers(conn, workspace, account, is_on=connects)
    if pace is not None:
        seconds = pace.seconds if isinstance(pace, AtMostEvery) else None
        is_changed = await accounts.set_acknowledges_every(conn, workspace, account, seconds) or is_changed
    value = await accounts.for_workspace(conn, workspace, account)
    if is_changed:
        changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)
    return value
