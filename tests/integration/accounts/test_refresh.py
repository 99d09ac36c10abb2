"""What becomes of an access token as time goes by, with a Meta that renews or refuses as it is told. Rules TK1-TK6."""

from datetime import timedelta

import httpx2
import pytest

from confab.accounts import connect
from confab.accounts.connect import Connection
from confab.accounts.oauth import Entrances
from confab.accounts.refresh import Refreshes, due_at
from confab.accounts.renewal import Renewal
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import GraphError, Rejected, Unauthorised, Unavailable
from confab.graph.client import GraphClient, Myself, Renewed
from confab.graph.login import LoginClient
from confab.model.inbox import Account, IgId
from confab.settings import Settings
from confab.store import accounts, claims, tokens
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.world import NOON, World, make_world

DAY = timedelta(days=1)
SIXTY_DAYS_S = 5_183_944


class Meta(GraphClient):
    """Renews a token with another, unless it is told to refuse; knows whose it is, unless it is told that it is dead."""

    def __init__(self) -> None:
        self.renewed: list[str] = []
        self.refusal: GraphError | None = None
        self.is_dead = False

    async def refresh(self, *, token: str) -> Renewed:
        self.renewed.append(token)
        if self.refusal is not None:
            raise self.refusal
        return Renewed(access_token=f"{token}+", expires_in=SIXTY_DAYS_S)

    async def me(self, *, token: str) -> Myself:
        if self.is_dead:
            raise Unauthorised("Instagram refused: the user changed their password.", graph_code=190, subcode=460)
        return Myself(id="1")


class Keeper:
    """An account with a token, and the worker's step when it is due."""

    def __init__(self, app: Database, db: Database, doors: Doors, world: World) -> None:
        self.app, self.db, self.world, self.meta = app, db, world, Meta()
        self.vault, self.clock = Vault(keys=(bytes(32),), file=None), Clock(ahead=NOON - Clock().now())
        self.refreshes = self._refreshes(db, doors)

    def _refreshes(self, db: Database, doors: Doors) -> Refreshes:
        entrances = Entrances.of(Settings())
        logins = LoginClient(httpx2.AsyncClient(), entrances.hosts)  # never asked: no account here is a Page's
        renewal = Renewal(db, self.meta, logins, self.vault, self.clock, entrances)
        return Refreshes(db, self.meta, self.vault, self.clock, Wake(doors.worker), renewal)

    async def connects(self, *, days: float | None, token: str = "IGAA") -> None:
        now = self.clock.now()
        ends = now + days * DAY if days is not None else None
        given = Connection(ig_id=IgId(self.world.ig_id), username="bakery", access_token=token, expires_at=ends)
        async with self.app.viewing(self.world.workspace) as conn:
            await connect.add(conn, self.vault, self.world.workspace, given, now)

    async def day_passes(self, count: float = 1) -> list[str]:
        """What Meta was asked to renew meanwhile."""
        self.clock.ahead += count * DAY
        before = len(self.meta.renewed)
        async with self.db.transaction() as conn:
            dues = await claims.TOKENS.claim(conn, self.clock.now(), self.clock.now() + DAY, 100)
        for due in dues:
            if due.key[0] == self.world.workspace:
                await self.refreshes.run(due)
        return self.meta.renewed[before:]

    async def token(self) -> str:
        async with self.db.transaction() as conn:
            sealed = await tokens.get(conn, self.world.workspace, self.world.account)
        assert sealed is not None
        return self.vault.open(sealed.access_token, self.world.workspace, self.world.account)

    async def account(self) -> Account:
        async with self.db.transaction() as conn:
            return await accounts.for_workspace(conn, self.world.workspace, self.world.account)


@pytest.fixture
async def keeper(app_db: Database, worker_db: Database, doors: Doors) -> Keeper:
    return Keeper(app_db, worker_db, doors, await make_world(doors))


async def test_TK1_a_token_is_renewed_once_when_a_week_is_left_of_it(keeper: Keeper) -> None:
    await keeper.connects(days=60.1)
    asked = [await keeper.day_passes() for _ in range(56)]
    assert [day for day, tokens in enumerate(asked, 1) if tokens] == [54]
    assert await keeper.token() == "IGAA+"
    assert (await keeper.account()).token_expires_at > keeper.clock.now() + 57 * DAY  # pyright: ignore[reportOptionalOperand]


async def test_TK1_one_whose_end_nobody_knows_is_renewed_when_it_is_a_day_old(keeper: Keeper) -> None:
    await keeper.connects(days=None)
    assert await keeper.day_passes(0.9) == []
    assert await keeper.day_passes(0.2) == ["IGAA"]
    assert (await keeper.account()).token_expires_at is not None


async def test_TK1_one_that_is_nearly_over_waits_until_it_is_a_day_old(keeper: Keeper) -> None:
    await keeper.connects(days=3)
    assert await keeper.day_passes(0.9) == []
    assert await keeper.day_passes(0.2) == ["IGAA"]


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_TK1_the_hour_spreads_and_never_passes_the_end(chance: float) -> None:
    at = NOON
    assert due_at(at, at + 60 * DAY, chance) == at + 53 * DAY + chance * timedelta(hours=1)
    assert due_at(at, at + timedelta(hours=2), chance) == at + timedelta(hours=2)
    assert due_at(at, at - DAY, chance) == at


async def test_TK2_who_connects_the_account_meanwhile_keeps_the_token_that_they_brought(keeper: Keeper) -> None:
    await keeper.connects(days=60)
    keeper.clock.ahead += 54 * DAY
    renew = keeper.meta.refresh

    async def slowly(*, token: str) -> Renewed:
        answer = await renew(token=token)
        await keeper.connects(days=60, token="brought")
        return answer

    keeper.meta.refresh = slowly
    await keeper.refreshes.run(Due(key=(keeper.world.workspace, keeper.world.account), attempts=1))
    assert await keeper.token() == "brought"


async def test_TK3_what_may_pass_is_raised_for_the_loop_to_try_again_and_the_token_stays(keeper: Keeper) -> None:
    await keeper.connects(days=60)
    keeper.meta.refusal = Unavailable("Instagram cannot be reached.")
    with pytest.raises(Unavailable):
        await keeper.day_passes(54)
    account = await keeper.account()
    assert (await keeper.token(), account.health) == ("IGAA", "ok")


async def test_TK4_one_that_meta_does_not_renew_is_tried_daily_and_says_when_it_ends(keeper: Keeper) -> None:
    await keeper.connects(days=60.1)
    keeper.meta.refusal = Rejected("Instagram refused: Unsupported request.", graph_code=100)
    assert [len(await keeper.day_passes()) for _ in range(57)] == [0] * 53 + [1] * 4
    account = await keeper.account()
    assert account.health == "ok"
    assert "1 January 2027" in (account.token_error or "")
    assert "Unsupported request" in (account.token_error or "")
    keeper.meta.refusal = None
    assert len(await keeper.day_passes()) == 1
    assert (await keeper.account()).token_error is None


async def test_TK5_a_190_is_believed_only_when_a_second_call_says_the_same(keeper: Keeper) -> None:
    await keeper.connects(days=60)
    keeper.meta.refusal = Unauthorised("Instagram refused: no.", graph_code=190)
    assert len(await keeper.day_passes(54)) == 1
    assert (await keeper.account()).health == "ok"
    keeper.meta.is_dead = True
    assert len(await keeper.day_passes(1)) == 1
    account = await keeper.account()
    assert account.health == "reconnect"
    assert "changed their password" in (account.health_reason or "")
    assert await keeper.day_passes(3) == []


async def test_TK6_at_its_end_a_token_is_dead_although_nobody_used_it(keeper: Keeper) -> None:
    await keeper.connects(days=60)
    assert await keeper.day_passes(61) == []
    account = await keeper.account()
    assert (account.health, "expired" in (account.health_reason or "")) == ("reconnect", True)
    await keeper.connects(days=60)
    account = await keeper.account()
    assert (account.health, account.token_error) == ("ok", None)
