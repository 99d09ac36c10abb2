"""Connect an account: the row, its token, and the route that lets its events in."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime

from confab.accounts import callbacks, leaving
from confab.accounts.meta_apps import SignedBy
from confab.accounts.turns import due_at
from confab.accounts.vault import NO_KEY, Vault, add_key
from confab.errors import Conflict, Invalid, Misconfigured
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, AgentId, IgId, Platform, WorkspaceId
from confab.store import accounts as store
from confab.store import (
    changes,
    checkups,
    comment_watches,
    deliveries,
    errands,
    health,
    ids,
    insights,
    meta_apps,
    own_counts,
    search,
    tokens,
    watches,
)
from confab.store.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What connecting an account yields, from Instagram's login or from the command line.

    `signed_by` None: as it was, and of a new account the environment's app. `page` and `user_token` are of Facebook's login: the
    Page that messages go through, and the token of the person from which the Page's is derived. `scopes` None: unknown.
    """

    ig_id: IgId
    username: str
    access_token: str = field(repr=False)
    expires_at: datetime | None
    signed_by: SignedBy | None = None
    platform: Platform = "instagram"
    page: str | None = None
    scopes: tuple[str, ...] | None = None
    agent_id: AgentId | None = None
    scoped_id: str | None = None
    user_token: str | None = field(default=None, repr=False)
    user_token_expires_at: datetime | None = None
    is_development: bool = False


def by(given: Connection, *, agent: AgentId | None, app: SignedBy) -> Connection:
    """The same, connected by this agent by the login of this Meta app."""
    return replace(given, agent_id=agent, signed_by=app)


async def add(conn: Conn, vault: Vault, workspace: WorkspaceId, given: Connection, now: datetime) -> Account:
    """Connect the account to the workspace, or renew its token when it already is; repeating it is harmless.

    What came for it before it was connected, or was withheld because another app than its own of now had signed it, is ingested.
    Raises Conflict (`account_elsewhere`) when it belongs to another workspace, Invalid for a field.

    In the order in which workers lock things too: its deliveries, its token, its errands, its row, the feed. Rule AC22.
    """
    _check(given)
    await store.lock_route(conn, given.ig_id)
    route = await store.route(conn, given.ig_id)
    if route is not None and route.workspace_id != workspace:
        raise Conflict(
            f"The Instagram account {given.ig_id} is connected to another workspace: disconnect it there first.",
            code="account_elsewhere",
        )
    known = route.account_id if route else await store.named(conn, workspace, given.ig_id)
    account = known or AccountId(ids.new(now))
    before = route.app_id if route else None
    app = given.signed_by.app_id if given.signed_by else before
    await deliveries.requeue_unclaimed(conn, given.ig_id, now)
    await deliveries.requeue_withheld(conn, workspace, account, app, now)
    await tokens.lock(conn, workspace, account)
    await errands.drop(conn, workspace, account)
    new = store.New(
        ig_id=given.ig_id, username=given.username, connected_by=given.agent_id, is_development=given.is_development,
        owner_digest=callbacks.digest(given.scoped_id) if given.scoped_id is not None else None,
    )  # fmt: skip
    await store.put(conn, workspace, account, new, now)
    left = [] if given.is_development else await leaving.give_way(conn, workspace, given.username, now)
    sealed = vault.seal(given.access_token, workspace, account)
    ends = given.expires_at if given.user_token is None else given.user_token_expires_at
    renewal = due_at(now, ends, random.random())  # noqa: S311 -- spread
    await tokens.put(
        conn, workspace, account, sealed=sealed, expires_at=given.expires_at, link=_link(vault, workspace, account, given),
        due_at=renewal, now=now,
    )  # fmt: skip
    await store.put_route(conn, workspace, account, given.ig_id, app)
    await watches.ensure(conn, workspace, account, now)
    await checkups.make_due(conn, workspace, now)
    await insights.ensure(conn, workspace, account, now)
    await own_counts.ensure(conn, workspace, now)
    await comment_watches.ensure(conn, workspace, account, now)
    await search.ensure(conn, workspace, now)
    added = await store.for_workspace(conn, workspace, account)
    told = [AccountUpdated(type="account_updated", account=one) for one in (*left, added)]
    changes.publish(conn, workspace, told, now)
    return added


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """How many secrets were sealed anew, and what no key opens: accounts and Meta apps by the name people know."""

    sealed: int
    unreadable: list[str]


async def rotate(conn: Conn, vault: Vault, now: datetime) -> Rotated:
    """Seal every token again with a new key (the environment's newest, when it names any).

    What no key opens is named, and its account must be connected again; the others go on. Repeating it is harmless. Across
    workspaces: through the worker's door. Older keys stay: backups need them.
    """
    add_key(vault)
    count, unreadable = 0, list[str]()
    for token in await tokens.every(conn):
        workspace, account = token.workspace_id, token.account_id
        try:
            sealed = vault.seal(vault.open(token.access_token, workspace, account), workspace, account)
            person = vault.open(token.user_token, workspace, account) if token.user_token is not None else None
        except Misconfigured:
            unreadable.append(token.ig_id)
            await _closed(conn, token, now)
            continue
        await tokens.reseal(
            conn, workspace, account, sealed, vault.seal(person, workspace, account) if person is not None else None
        )  # fmt: skip
        count += 1
    for app in await meta_apps.every(conn):
        try:
            second = vault.open(app.instagram_secret, app.id) if app.instagram_secret is not None else None
            sealed = vault.seal(vault.open(app.secret, app.id), app.id)
            await meta_apps.reseal(conn, app.id, sealed, vault.seal(second, app.id) if second is not None else None)
        except Misconfigured:
            unreadable.append(app.name)
    return Rotated(sealed=count, unreadable=unreadable)


async def _closed(conn: Conn, token: tokens.SealedToken, now: datetime) -> None:
    """No key opens it: said where people see it."""
    account = await health.mark_dead(conn, token.workspace_id, token.account_id, NO_KEY)
    if account is not None:
        changes.publish(conn, token.workspace_id, [AccountUpdated(type="account_updated", account=account)], now)


def _link(vault: Vault, workspace: WorkspaceId, account: AccountId, given: Connection) -> tokens.Link:
    person = vault.seal(given.user_token, workspace, account) if given.user_token is not None else None
    return tokens.Link(
        platform=given.platform, node_id=given.page, scopes=list(given.scopes) if given.scopes is not None else None,
        user_id=given.agent_id, scoped_id=given.scoped_id, user_token=person, user_token_expires_at=given.user_token_expires_at,
    )  # fmt: skip


def _check(given: Connection) -> None:
    if not given.ig_id.strip() or "\0" in given.ig_id:
        raise Invalid("The account needs its Instagram id.", field="ig_id")
    if not given.username.strip():
        raise Invalid("The account needs its username.", field="username")
    if not given.access_token.strip():
        raise Invalid("The account needs an access token.", field="access_token")
