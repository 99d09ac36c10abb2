"""Connecting an account by one of Meta's logins: a browser leaves and comes back with a code, a job redeems it. Rules AC1-AC8.

No request waits on Meta: coming back only keeps the code, sealed, as a due row. Redeeming it works once at Meta; a worker that
dies between its answer and our commit leaves a login that says so and is begun again. Whatever comes after that is repeatable.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.accounts import connect, meta_apps
from confab.accounts.connect import Connection
from confab.accounts.meta_apps import ENVIRONMENT, MetaApp, SignedBy
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import ConfabError, Conflict, Forbidden, Gone, GraphError, Misconfigured, NotFound, Rejected, Unauthorised
from confab.graph import login
from confab.graph.client import GraphClient
from confab.graph.login import App, Grant, Hosts, LoginClient, Page
from confab.graph.token import Token
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, AgentId, IgId, LoginDoor, MetaAppId, Platform, WorkspaceId
from confab.settings import Settings
from confab.store import accounts, changes, errands, health, ids, tokens, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.errands import Errand
from confab.store.wake import Wake

PATH = "/connect/instagram"
LASTS = timedelta(minutes=10)
PLATFORMS: tuple[Platform, ...] = ("instagram", "facebook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What is asked for, by either login's name, what for, and what does not work without it."""

    instagram: str
    facebook: str
    purpose: str
    without: str


PERMISSIONS = (
    Permission(
        instagram="instagram_business_basic", facebook="instagram_basic", purpose="See the profile and the posts",
        without="Its posts cannot be read, and its token cannot be renewed.",
    ),
    Permission(
        instagram="instagram_business_manage_messages", facebook="instagram_manage_messages", purpose="Read and answer messages",
        without="Messages can be neither read nor sent.",
    ),
    Permission(
        instagram="instagram_business_manage_comments", facebook="instagram_manage_comments",
        purpose="Read comments and answer them in private", without="Comments can be neither read nor answered in private.",
    ),
    Permission(
        instagram="instagram_business_manage_insights", facebook="instagram_manage_insights",
        purpose="Read the account's numbers", without="The account's numbers cannot be read.",
    ),
)  # fmt: skip
"""All that is asked for of an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrances:
    """Meta's logins as the settings open them: an app is None where a setting is missing, which `why_shut` names."""

    hosts: Hosts
    instagram: App | None
    facebook: App | None

    redirect: str

    @classmethod
    def of(cls, settings: Settings) -> "Entrances":
        """Those of the environment's app."""
        hosts = Hosts(
            instagram=settings.oauth_url, instagram_token=settings.oauth_token_url, facebook=settings.oauth_facebook_url,
            graph=settings.graph_url, graph_facebook=settings.graph_facebook_url,
        )  # fmt: skip
        redirect = f"{settings.origin}{PATH}/callback"
        return cls(
            hosts=hosts, instagram=_app(settings.instagram_app_id, settings.instagram_app_secrets, redirect),
            facebook=_app(settings.meta_app_id, settings.meta_app_secrets, redirect), redirect=redirect,
        )  # fmt: skip

    def app(self, platform: Platform) -> App:
        """The environment's app of a login. Raises Misconfigured, which names what is not set."""
        found = self.instagram if platform == "instagram" else self.facebook
        if found is None:
            raise Misconfigured(why_shut(platform, None))
        return found

    async def app_of(self, conn: Conn, vault: Vault, platform: Platform, app: MetaAppId | None) -> App:
        """The app of a login, that of the environment or another. Raises Misconfigured, NotFound."""
        if app is None:
            return self.app(platform)
        known = await meta_apps.of_id(conn, vault, app)
        id_ = known.instagram_app_id if platform == "instagram" else known.app_id
        secret = known.instagram_secret if platform == "instagram" else known.secret
        if id_ is None or secret is None:
            raise Misconfigured(why_shut(platform, known.name))
        return App(id=id_, secret=secret, redirect=self.redirect)


def why_shut(platform: Platform, app: str | None) -> str:
    """What has to be set before anybody can log in there by an app; None: the environment's."""
    if app is not None:
        return f"The Meta app {app} lets nobody log in at {platform.title()}: `confab meta-app login {app}` gives it its ids."
    name = "INSTAGRAM" if platform == "instagram" else "META"
    return f"Set CONFAB_{name}_APP_ID and CONFAB_{name}_APP_SECRET: without them nobody can log in at {platform.title()}."


def _app(app_id: str | None, known: tuple[str, ...], redirect: str) -> App | None:
    return App(id=app_id, secret=known[0], redirect=redirect) if app_id and known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Which login somebody goes by, and which Meta app's (None: the environment's)."""

    platform: Platform
    app_id: MetaAppId | None


async def leave(
    conn: Conn, vault: Vault, entrances: Entrances, workspace: WorkspaceId, agent: AgentId, way: Way, now: datetime
) -> str:
    """The page of Meta's to send a browser to. What comes back within ten minutes, by the same agent, counts once. AC1, AC2."""
    app, state = await entrances.app_of(conn, vault, way.platform, way.app_id), secrets.token_urlsafe(32)
    left = errands.Left(platform=way.platform, app_id=way.app_id, state_digest=_digest(state), expires_at=now + LASTS)
    await errands.leave(conn, workspace, ids.new(now), agent, left, now)
    page = login.instagram_page if way.platform == "instagram" else login.facebook_page
    return page(entrances.hosts, app.id, app.redirect, state)


def doors(entrances: Entrances, others: Sequence[MetaApp]) -> list[LoginDoor]:
    """Every login there is, that of the environment first; one that is shut says what opens it."""
    is_open = {"instagram": entrances.instagram is not None, "facebook": entrances.facebook is not None}
    found = [LoginDoor(platform=one, meta_app=None, why_shut=None if is_open[one] else why_shut(one, None)) for one in PLATFORMS]
    for app in others:
        ids_of = {"instagram": app.instagram_app_id, "facebook": app.app_id}
        found += [LoginDoor(platform=one, meta_app=app.name, why_shut=None) for one in PLATFORMS if ids_of[one] is not None]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Meta's login sends back with the browser."""

    state: str
    code: str | None
    error: str | None


async def come_back(
    conn: Conn, vault: Vault, workspace: WorkspaceId, agent: AgentId, answer: Answer, now: datetime
) -> UUID:  # fmt: skip
    """The login that goes on from here. Raises Gone for a state that is not this agent's, used or too old. AC2."""
    errand = await errands.come_back(conn, workspace, agent, _digest(answer.state), now)
    if errand is None:
        raise Gone(
            "This login is over: it was begun by somebody else, was used already, or took more than ten minutes. Begin again.",
            code="login_over",
        )
    if answer.code is None or answer.error is not None:
        return errand  # it has been noted as failed: a state counts once
    await errands.go_on(conn, workspace, errand, vault.seal(answer.code.removesuffix("#_"), workspace, errand), now)
    return errand


class Logins:
    """Redeems what came back, connects the account, subscribes to its webhooks and tries each permission."""

    def __init__(
        self, db: Database, meta: LoginClient, graph: GraphClient, vault: Vault, clock: Clock, waker: Wake, entrances: Entrances
    ) -> None:
        self._db = db
        self._meta = meta
        self._graph = graph
        self._vault = vault
        self._clock = clock
        self._wake = waker
        self._entrances = entrances

    async def run(self, errand: Errand) -> None:
        """Bring a login further. Raises GraphError for what may pass."""
        try:
            account = errand.account_id or await self._connect(errand)
            if account is not None:
                await self._try(errand, account)
        except (Rejected, Unauthorised, Conflict, Misconfigured, NotFound, Forbidden) as error:
            await self.fail(errand, error)
        self._wake.say(wake.changed(errand.workspace_id), wake.work("watches"), wake.work("parts"))

    async def fail(self, errand: Errand, why: ConfabError | str) -> None:
        """It came to nothing, and why."""
        said = why if isinstance(why, str) else why.detail
        async with self._db.transaction() as conn:
            await errands.settle(conn, errand.workspace_id, errand.id, "failed", said)

    async def _connect(self, errand: Errand) -> AccountId | None:
        """The account, connected; None while a person has to choose a Page."""
        if errand.secret is None:
            raise Rejected("This login is over: begin again.")
        secret = self._vault.open(errand.secret, errand.workspace_id, errand.id)
        async with self._db.transaction() as conn:
            app = await self._entrances.app_of(conn, self._vault, errand.platform or "instagram", errand.app_id)
        given = await (self._instagram(app, secret) if errand.platform == "instagram" else self._facebook(app, errand, secret))
        if given is None:
            return None
        now = self._clock.now()
        mine = connect.by(given, agent=errand.agent_id, app=SignedBy(app_id=errand.app_id))
        async with self._db.transaction() as conn:
            before = await _app_before(conn, errand.workspace_id, given.ig_id)
            account = await connect.add(conn, self._vault, errand.workspace_id, mine, now)
            await errands.connected(conn, errand.workspace_id, errand.id, account.id, _moved(before, account))
        return account.id

    async def _instagram(self, app: App, code: str) -> Connection:
        grant = await self._meta.instagram(app, code)
        me = await self._graph.me(token=grant.token)
        if me.user_id is None or me.id is None:
            raise Rejected("Instagram does not say which account this is.")
        return Connection(
            ig_id=IgId(str(me.user_id)), username=me.username or str(me.user_id), access_token=grant.token,
            expires_at=self._ends(grant), scopes=grant.scopes, scoped_id=str(me.id),
        )  # fmt: skip

    async def _facebook(self, app: App, errand: Errand, secret: str) -> Connection | None:
        grant = Grant(token="", expires_in=None)
        if errand.state == "chosen":
            held = secret.split("\n")
            grant = Grant(token=held[0], expires_in=int(held[1]) if held[1] else None, scopes=tuple(held[2].split(",")))
        else:
            grant = await self._meta.facebook(app, secret)
        pages = await self._meta.pages(grant.token)
        chosen = [page for page in pages if page.id == errand.chosen] if errand.chosen else pages
        if not chosen:
            raise Rejected("No Page with an Instagram account was shared: link the account to a Page, and share that Page.")
        if len(chosen) > 1:
            await self._offer(errand, grant, chosen)
            return None
        return await self._of_page(grant, chosen[0])

    async def _offer(self, errand: Errand, grant: Grant, pages: list[Page]) -> None:
        ends = str(grant.expires_in) if grant.expires_in is not None else ""
        held = "\n".join((grant.token, ends, ",".join(grant.scopes or ())))
        sealed = self._vault.seal(held, errand.workspace_id, errand.id)
        choices = [{"page": one.id, "name": one.name, "username": _username(one)} for one in pages]
        async with self._db.transaction() as conn:
            await errands.offer(conn, errand.workspace_id, errand.id, sealed, choices)

    async def _of_page(self, grant: Grant, page: Page) -> Connection:
        if page.instagram_business_account is None:
            raise Rejected(f"The Page {page.name} has no Instagram account: link one to it.")
        return Connection(
            ig_id=IgId(page.instagram_business_account.id), username=_username(page), access_token=page.access_token,
            expires_at=None, platform="facebook", page=page.id, scopes=grant.scopes,
            scoped_id=await self._meta.person(grant.token), user_token=grant.token, user_token_expires_at=self._ends(grant),
        )  # fmt: skip

    def _ends(self, grant: Grant) -> datetime | None:
        return self._clock.now() + timedelta(seconds=grant.expires_in) if grant.expires_in is not None else None

    async def _try(self, errand: Errand, account: AccountId) -> None:
        """Subscribe and read that back; one harmless call for each permission. AC4, AC5."""
        async with self._db.transaction() as conn:
            kept = await tokens.get(conn, errand.workspace_id, account)
            value = await accounts.for_workspace(conn, errand.workspace_id, account)
        if kept is None:
            raise Rejected("The account was disconnected meanwhile.")
        token = Token(self._vault.open(kept.access_token, errand.workspace_id, account), kept.node_id)
        lacking = await self._graph.subscribe(token=token, ig_id=kept.ig_id)
        missing = [f"Instagram does not tell of these events: {', '.join(sorted(lacking))}."] if lacking else []
        granted = set(value.scopes) if value.scopes is not None else None
        missing += await self._missing(token, kept.ig_id, granted)
        async with self._db.transaction() as conn:
            await tokens.set_missing(conn, errand.workspace_id, account, missing)
            await errands.settle(conn, errand.workspace_id, errand.id, "done", value.username, account)
            shown = await health.touch(conn, errand.workspace_id, account)
            if shown is not None:
                change = AccountUpdated(type="account_updated", account=shown)
                changes.publish(conn, errand.workspace_id, [change], self._clock.now())

    async def _missing(self, token: Token, ig_id: str, granted: set[str] | None) -> list[str]:
        """A sentence for each permission that does not work."""
        graph = self._graph
        calls: tuple[Callable[..., Awaitable[None]], ...] = (
            graph.try_media, graph.try_conversations, graph.try_comments, graph.try_insights,
        )  # fmt: skip
        said: list[str] = []
        for permission, call in zip(PERMISSIONS, calls, strict=True):
            name = permission.facebook if token.page is not None else permission.instagram
            if granted is not None and name not in granted:
                said.append(f"“{permission.purpose}” was not granted. {permission.without}")
                continue
            try:
                await call(token=token, ig_id=ig_id)
            except (Rejected, Unauthorised) as error:
                said.append(f"{permission.without} {error.detail}")
            except GraphError as error:
                said.append(f"“{permission.purpose}” could not be tried: {error.detail}")
        return said


async def _app_before(conn: Conn, workspace: WorkspaceId, ig_id: IgId) -> str | None:
    """What the Meta app is called that signed for the account so far; None: there is no such account, or it is disconnected."""
    route = await accounts.route(conn, ig_id)
    if route is None or route.workspace_id != workspace:
        return None
    return (await accounts.for_workspace(conn, workspace, route.account_id)).meta_app or ENVIRONMENT


def _moved(before: str | None, account: Account) -> str | None:
    """That an account goes by another Meta app now. AC21."""
    now = account.meta_app or ENVIRONMENT
    if before is None or before == now:
        return None
    return f"It went by the Meta app {before} so far, and goes by {now} now: only what {now} signs comes in."


def _username(page: Page) -> str:
    return (page.instagram_business_account.username if page.instagram_business_account else "") or page.name


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


async def errand_of(conn: Conn, due: Due) -> Errand | None:
    """The errand that is due."""
    return await errands.get(conn, WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])))
