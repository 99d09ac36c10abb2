"""What is done for accounts at Meta and afterwards: logins that came back, farewells, erasures, what people ask Meta for.

Each may run more than once: a farewell that was said is harmless to say again, and what is erased is not there the next time.
"""

from datetime import timedelta
from uuid import UUID

from confab.accounts import erasing, leaving
from confab.accounts.erasing import Outcome
from confab.accounts.oauth import Logins, errand_of
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import GraphError, Misconfigured
from confab.graph.client import GraphClient
from confab.graph.token import Token
from confab.model.inbox import AccountId, WorkspaceId
from confab.store import errands, own_counts, tokens, wake
from confab.store.claims import ERRANDS, NUMBERS, Due
from confab.store.db import Database
from confab.store.errands import Errand
from confab.store.wake import Wake

_HELD_FOR = timedelta(hours=1)  # then somebody may have released it
_FAREWELLS = 3  # then the token is forgotten all the same


class Errands:
    """Does what is due."""

    def __init__(self, db: Database, graph: GraphClient, vault: Vault, clock: Clock, waker: Wake, logins: Logins) -> None:
        self._db = db
        self._graph = graph
        self._vault = vault
        self._clock = clock
        self._wake = waker
        self._logins = logins

    async def run(self, due: Due) -> None:
        """One errand. Raises GraphError for what may pass."""
        async with self._db.transaction() as conn:
            errand = await errand_of(conn, due)
        if errand is None:
            return
        match errand.kind:
            case "login":
                await self._logins.run(errand)
            case "part":
                await self._part(errand, due)
            case "erase":
                await self._erase(errand)

    async def give_up(self, due: Due, reason: str) -> None:
        """A login that cannot be brought further says so; anything else stays, visibly."""
        async with self._db.transaction() as conn:
            errand = await errand_of(conn, due)
            if errand is not None and errand.kind != "login":
                await ERRANDS.bury(conn, due, reason)
        if errand is not None and errand.kind == "login":
            await self._logins.fail(errand, "Instagram could not be reached for some time: begin again.")

    async def _part(self, errand: Errand, due: Due) -> None:
        """End the subscription, as far as Meta lets us, and forget the token. AC11."""
        account = errand.account_id
        if account is None:
            return
        async with self._db.transaction() as conn:
            kept = await tokens.of_left(conn, errand.workspace_id, account)
        if kept is not None:
            try:
                token = Token(self._vault.open(kept.access_token, errand.workspace_id, account), kept.node_id)
                await self._graph.unsubscribe(token=token, ig_id=kept.ig_id)
            except (GraphError, Misconfigured) as error:
                if error.retry and due.attempts < _FAREWELLS:
                    raise
        async with self._db.transaction() as conn:
            await tokens.forget(conn, errand.workspace_id, account)
            await errands.settle(conn, errand.workspace_id, errand.id, "done", None)

    async def _erase(self, errand: Errand) -> None:
        """Everything that Instagram gave of the account goes, piece by piece. AC12."""
        account = errand.account_id
        if account is not None and await self._erased(errand.workspace_id, account) == "held":
            async with self._db.transaction() as conn:
                await errands.wait(conn, errand.workspace_id, errand.id, self._clock.now() + _HELD_FOR)

    async def _erased(self, workspace: WorkspaceId, account: AccountId) -> Outcome:
        """Unless it was connected again meanwhile, when its errands are none any more, or somebody holds any of it."""
        outcome = await erasing.erase(self._db, self._clock, workspace, account)
        if outcome == "erased":
            async with self._db.transaction() as conn:
                await own_counts.make_due(conn, workspace, self._clock.now())
                await leaving.erased(conn, workspace, account, self._clock.now())
        self._wake.say(wake.changed(workspace), wake.work("removals"), wake.work(NUMBERS.name))
        return outcome

    async def requested(self, due: Due) -> None:
        """What a person asked Meta for: their accounts are disconnected and lose their tokens, and of a deletion also what they
        hold, also where they were disconnected before; what the team holds waits for the end of its hold. AC14, AC15, RT7.
        """
        request = UUID(str(due.key[0]))
        async with self._db.transaction() as conn:
            asked = await errands.request(conn, request)
            if asked is None or asked.done_at is not None:
                return
            owned = await errands.owned_by(conn, asked.user_digest)
        now, is_held = self._clock.now(), False
        for one in owned:
            if asked.held_at is None:  # else that was done; who has connected it again since keeps it
                async with self._db.transaction() as conn:
                    await tokens.forget(conn, one.workspace_id, one.account_id)
                    await leaving.removed(conn, one.workspace_id, one.account_id, now)
            self._wake.say(wake.changed(one.workspace_id))
            if asked.kind == "data_deletion":
                is_held |= await self._erased(one.workspace_id, one.account_id) == "held"
        async with self._db.transaction() as conn:
            if is_held:
                await errands.hold_request(conn, request, now, now + _HELD_FOR)
            else:
                await errands.request_done(conn, request, now)
        self._wake.say(wake.work("removals"))
