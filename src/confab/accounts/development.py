"""The environment's development account: connected while there is no other, and said to be what it is. Rule AC20."""

from datetime import datetime

import structlog

from confab.accounts import connect
from confab.accounts.connect import Connection
from confab.accounts.meta_apps import SignedBy
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import ConfabError
from confab.graph.client import GraphClient, Myself
from confab.model.inbox import IgId, WorkspaceId
from confab.settings import Settings
from confab.store import accounts, team, wake
from confab.store.db import Database
from confab.store.wake import Wake

log = structlog.get_logger()


class Development:
    """Looks whether the development account is wanted, now and then. A second look changes nothing."""

    def __init__(self, settings: Settings, db: Database, graph: GraphClient, vault: Vault, clock: Clock, waker: Wake) -> None:
        self._account_id = settings.dev_account_id
        self._token = settings.dev_access_token
        self._db = db
        self._graph = graph
        self._vault = vault
        self._clock = clock
        self._wake = waker

    async def look(self, _now: datetime) -> None:
        """Connect it to the oldest workspace when nothing else is connected and nobody has disconnected it."""
        if self._account_id is None or self._token is None:
            return
        workspace = await self._home()
        if workspace is None:
            return
        try:
            me = await self._graph.me(token=self._token)
            given = _connection(me, self._account_id, self._token)
            if given is None:
                log.warning("development_account_is_another", account=self._account_id)
            elif await self._connect(workspace, given):
                await self._graph.subscribe(token=self._token, ig_id=given.ig_id)
        except ConfabError as error:
            log.warning("development_account_not_connected", reason=error.detail)

    async def _home(self) -> WorkspaceId | None:
        """Where it belongs; None while it is not wanted."""
        async with self._db.transaction() as conn:
            places = await team.workspaces(conn)
            if not places or await accounts.is_any_connected(conn):
                return None
            home = min(one.id for one in places)  # ids sort by the time they were made
            return None if await accounts.development(conn, home) else home

    async def _connect(self, workspace: WorkspaceId, given: Connection) -> bool:
        async with self._db.transaction() as conn:
            await accounts.lock_route(conn, given.ig_id)  # somebody may be connecting this very account
            if await accounts.is_any_connected(conn) or await accounts.was_left_for_good(conn, workspace, given.ig_id):
                return False
            await connect.add(conn, self._vault, workspace, given, self._clock.now())
        self._wake.say(wake.changed(workspace), wake.work("watches"), wake.work("parts"))
        return True


def _connection(me: Myself, wanted: str, token: str) -> Connection | None:
    """The account as Instagram says it is; None where the token is of another one than was named, by either of its ids."""
    ig_id = str(me.user_id or me.id)
    if wanted not in (ig_id, str(me.id)):
        return None
    return Connection(
        ig_id=IgId(ig_id), username=me.username or ig_id, access_token=token, expires_at=None,
        signed_by=SignedBy(app_id=None), is_development=True,
    )  # fmt: skip
