"""Looking: everything that the checks judge, from the database, from Meta, from our own address and our storage.

Meta is asked what a token is for, what its account is subscribed to, and for one conversation; nothing is sent to anybody. What
cannot be seen is a value too, so that one trouble hides no other.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import httpx2

from confab.clock import Clock
from confab.doctor import public, records
from confab.doctor.records import Given, Keys
from confab.doctor.seen import AccountSeen, AppSeen, MetaSeen, PublicSeen, Refusal, Seen, Trouble
from confab.errors import ConfabError, GraphError, Throttled, Unauthorised, Unavailable
from confab.graph import limits, standing
from confab.graph.client import GraphClient, Myself
from confab.graph.token import Token
from confab.model.inbox import WorkspaceId
from confab.settings import Settings
from confab.store.db import Database
from confab.work.pace import Pace, Pool, Waiting

_CONVERSATIONS = Pool(name=limits.CONVERSATIONS, each=limits.EACH_CONVERSATIONS_CALL)
_AT_ONCE = 8
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What looking takes besides the database. `try_storage` keeps a file, reads it and removes it.

    `connecting_off`: why customers cannot connect, None when they can.
    """

    graph: GraphClient
    keys: Keys
    try_storage: Callable[[], Awaitable[None]]
    connecting_off: str | None


class Eyes:
    """Looks at the installation and at the accounts of one workspace, or of all, through the worker's door."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, means: Means) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._means = means
        self._pace = Pace(db, clock)

    async def look(self, workspace: WorkspaceId | None) -> Seen:
        """All that there is to judge for this workspace; None: for all of them, each account named with its own."""
        means = self._means
        async with self._db.transaction() as conn:
            found = await records.read(conn, self._settings, self._clock, means.keys, workspace, means.connecting_off)
        room = asyncio.Semaphore(_AT_ONCE)
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=_PATIENCE_S) as http:
            storage_error, shaken, meta, app, accounts = await asyncio.gather(
                self._storage_error(), self._shake_hands(), self._reach(http), self._app(http),
                asyncio.gather(*(self._account(room, given) for given in found.accounts)),
            )  # fmt: skip
        return replace(
            found.seen, storage_error=storage_error, public=shaken, meta=meta, app=app, accounts=list(accounts)
        )  # fmt: skip

    async def _storage_error(self) -> str | None:
        try:
            await self._means.try_storage()
        except ConfabError as error:
            return error.detail
        return None

    async def _shake_hands(self) -> PublicSeen | None:
        if self._settings.public_url is None:
            return None
        return await public.shake_hands(self._settings.public_url, self._settings.meta_verify_token)

    async def _reach(self, http: httpx2.AsyncClient) -> MetaSeen:
        try:
            reached = await standing.reach(http, self._settings.graph_url)
        except Unavailable as error:
            return MetaSeen(error=error.detail, drift=None, took_s=None)
        ours = self._clock.now() - self._clock.ahead
        return MetaSeen(error=None, drift=ours - reached.at if reached.at else None, took_s=reached.took_s)

    async def _app(self, http: httpx2.AsyncClient) -> AppSeen | None:
        given = self._settings
        if given.meta_app_id is None or not given.meta_app_secrets:
            return None
        try:
            found = await standing.subscription(http, given.graph_facebook_url, given.meta_app_id, given.meta_app_secrets[0])
        except GraphError as error:
            return AppSeen(refusal=_refusal(error), standing=None)
        return AppSeen(refusal=None, standing=found)

    async def _account(self, room: asyncio.Semaphore, given: Given) -> AccountSeen:
        """One question after the other: where the token is dead the rest would say nothing else."""
        if given.token is None:
            return given.seen
        async with room:
            seen = await self._whose(given, given.token)
            if not seen.token.is_good:
                return seen
            fields = await self._fields(given, given.token)
            return replace(seen, fields=fields, reading=await self._reading(given, given.token))

    async def _whose(self, given: Given, token: Token) -> AccountSeen:
        began = asyncio.get_running_loop().time()
        try:
            me = await self._me(token)
        except GraphError as error:
            return replace(given.seen, token=replace(given.seen.token, refusal=_refusal(error)))
        took_s = asyncio.get_running_loop().time() - began
        ig_id = str(me.user_id) if me.user_id is not None else None
        if token.page is not None:  # a Page's token says whose Page it is
            ig_id = given.seen.account.ig_id if str(me.id) == token.page else str(me.id)
        return replace(given.seen, token=replace(given.seen.token, ig_id=ig_id, took_s=took_s))

    async def _me(self, token: str) -> Myself:
        """A 190 is believed when a second call says the same. Rule T14."""
        try:
            return await self._means.graph.me(token=token)
        except Unauthorised:
            return await self._means.graph.me(token=token)

    async def _fields(self, given: Given, token: str) -> frozenset[str] | Refusal:
        try:
            return await self._means.graph.subscribed_fields(token=token, ig_id=given.seen.account.ig_id)
        except GraphError as error:
            return _refusal(error)

    async def _reading(self, given: Given, token: str) -> Refusal | None:
        """Whether its conversations can be read: one of them, in the account's turn."""
        account = given.seen.account
        try:
            await self._pace.turn(given.workspace, account.id, _CONVERSATIONS)
            await self._means.graph.conversations(
                token=token, ig_id=account.ig_id, after=None, limit=1, with_messages=False
            )  # fmt: skip
        except Waiting as waiting:
            return Refusal(trouble="wait", detail=waiting.reason)
        except GraphError as error:
            return _refusal(error)
        return None


def _refusal(error: GraphError) -> Refusal:
    trouble: Trouble = (
        "token" if isinstance(error, Unauthorised)
        else "wait" if isinstance(error, Throttled)
        else "passing" if isinstance(error, Unavailable)
        else "refused"
    )  # fmt: skip
    is_closed = (error.graph_code, error.subcode) == standing.CLOSED_TO_US
    return Refusal(trouble=trouble, detail=error.detail, is_closed_to_us=is_closed)
