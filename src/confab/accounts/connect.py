"""Connect an account: the row, its token, and the route that lets its events in."""

import random
from dataclasses import dataclass, field
from datetime import datetime

from confab.accounts.meta_apps import SignedBy
from confab.accounts.refresh import due_at
from confab.accounts.vault import Vault, add_key
from confab.errors import Conflict, Invalid
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, IgId, WorkspaceId
from confab.store import accounts as store
from confab.store import changes, checkups, deliveries, ids, insights, meta_apps, own_numbers, tokens, watches
from confab.store.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What connecting an account yields, from Instagram's login or from the command line.

    `signed_by` None: as it was, and of a new account the environment's app.
    """

    ig_id: IgId
    username: str
    access_token: str = field(repr=False)
    expires_at: datetime | None
    signed_by: SignedBy | None = None


async def add(conn: Conn, vault: Vault, workspace: WorkspaceId, given: Connection, now: datetime) -> Account:
    """Connect the account to the workspace, or renew its token when it already is; repeating it is harmless.

    What came for it before it was connected, or was withheld because another app than its own of now had signed it, is ingested.
    Raises Conflict (`account_elsewhere`) when it belongs to another workspace, Invalid for a field.
    """
    _check(given)
    await store.lock_route(conn, given.ig_id)
    route = await store.route(conn, given.ig_id)
    if route is not None and route.workspace_id != workspace:
        raise Conflict(
            f"The Instagram account {given.ig_id} is connected to another workspace: remove it there first.",
            code="account_elsewhere",
        )
    account = route.account_id if route else AccountId(ids.new(now))
    await store.put(conn, workspace, account, ig_id=given.ig_id, username=given.username, now=now)
    sealed = vault.seal(given.access_token, workspace, account)
    renewal = due_at(now, given.expires_at, random.random())  # noqa: S311 -- spread
    await tokens.put(conn, workspace, account, sealed=sealed, expires_at=given.expires_at, due_at=renewal, now=now)
    before = route.app_id if route else None
    await store.put_route(conn, workspace, account, given.ig_id, given.signed_by.app_id if given.signed_by else before)
    await watches.ensure(conn, workspace, account, now)
    await checkups.make_due(conn, workspace, now)
    await insights.ensure(conn, workspace, account, now)
    await own_numbers.ensure(conn, workspace, now)
    await deliveries.requeue_unclaimed(conn, given.ig_id, now)
    await deliveries.requeue_withheld(conn, workspace, account, now)
    added = await store.for_workspace(conn, workspace, account)
    await changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=added)], now)
    return added


async def rotate(conn: Conn, vault: Vault) -> int:
    """Seal every token again with a new key (the environment's newest, when it names any); how many there were.

    Repeating it is harmless. Across workspaces: through the worker's door. Older keys stay: backups need them.
    """
    add_key(vault)
    sealed_tokens = await tokens.every(conn)
    for token in sealed_tokens:
        workspace, account = token.workspace_id, token.account_id
        sealed = vault.seal(vault.open(token.access_token, workspace, account), workspace, account)
        await tokens.reseal(conn, workspace, account, sealed)
    for app in await meta_apps.every(conn):
        await meta_apps.reseal(conn, app.id, vault.seal(vault.open(app.secret, app.id), app.id))
    return len(sealed_tokens)


def _check(given: Connection) -> None:
    if not given.ig_id.strip() or "\0" in given.ig_id:
        raise Invalid("The account needs its Instagram id.", field="ig_id")
    if not given.username.strip():
        raise Invalid("The account needs its username.", field="username")
    if not given.access_token.strip():
        raise Invalid("The account needs an access token.", field="access_token")
