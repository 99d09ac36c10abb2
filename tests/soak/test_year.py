"""A year in the life of many accounts: tokens end, people change passwords, take permissions back and remove the app, and Meta
is away for two days.

No account that could have been kept is lost, nobody renews more often than needed, and every loss is announced before it
happens, or when it does. Rules TK1-TK6. `make soak` has 200 accounts, `make test` a fiftieth of them; the same seed breaks
the same things.
"""

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from bench import ground, results

from confab.accounts import connect, vault
from confab.clock import Clock
from confab.model.inbox import AgentId, IgId, WorkspaceId
from confab.settings import Settings
from confab.store import accounts, claims, ids, team
from confab.store.db import Database, Doors
from confab.store.wake import Wake, work
from confab.work.loop import Worker
from confab.worker import outside, works
from tests.stack import lent_sim

FULL = os.environ.get("CONFAB_SOAK") == "full"
ACCOUNTS = 200 if FULL else 4
STEP = timedelta(days=3)
STEPS = 122
OUTAGE_AT, OUTAGE = 60, timedelta(days=2)
LIFE = 60
FATES = ("kept", "kept", "kept", "change_password", "withdraw", "remove_app", "checkpoint")
_TRIED_IN_AN_OUTAGE = 8


@dataclass
class Owner:
    """An account's owner and what they do to us in the step `at`; when our account first said that something is amiss
    (`told_at`), and when nothing could be done with it any more (`lost_at`)."""

    ig_id: str
    fate: str
    at: int
    told_at: int | None = None
    lost_at: int | None = None


@dataclass(frozen=True)
class Year:
    """The installation and Meta, on one clock."""

    meta: httpx2.AsyncClient
    db: Database
    clock: Clock
    wake: Wake
    workspace: WorkspaceId
    owners: list[Owner]

    async def passes(self, time: timedelta) -> None:
        """Time passes at once for both, and all that became due is done."""
        self.clock.ahead += time
        (await self.meta.post("/clock", json={"advance_s": time.total_seconds()})).raise_for_status()
        self.wake.say(work("tokens"), work("watches"))
        before = None
        while before != (seen := await self._seen()) or seen[0]:
            before = seen
            await asyncio.sleep(0.1)

    async def _seen(self) -> tuple[int, int]:
        """How much is due, and how often Meta was called."""
        due = """SELECT (SELECT count(*) FROM integrations WHERE due_at <= $1)
            + (SELECT count(*) FROM account_watches WHERE due_at <= $1)"""
        async with self.db.transaction() as conn:
            count = await conn.fetchval(due, self.clock.now())
        return count, sum(call["calls"] for calls in (await self.calls()).values() for call in calls.values())

    async def calls(self) -> dict[str, Any]:
        return (await self.meta.get("/stats")).json()["calls_by_account"]

    async def health(self) -> dict[str, tuple[str, str | None]]:
        """How each account is said to be, and what is said of its token."""
        async with self.db.transaction() as conn:
            known = await accounts.of_workspace(conn, self.workspace)
        return {one.ig_id: (one.health, one.token_error) for one in known}


async def test_TK1_TK4_TK5_TK6_a_year_loses_no_account_that_could_be_kept_and_renews_none_too_often(doors: Doors) -> None:
    seed = int(os.environ.get("CONFAB_SOAK_SEED", "1"))
    async with a_year(doors, random.Random(seed)) as year:
        for step in range(STEPS):
            await _happens(year, step)
            if step == OUTAGE_AT:
                fault = {"target": "graph", "effect": "error", "code": 2, "status": 500, "is_transient": True}
                (await year.meta.post("/fault", json=fault)).raise_for_status()
                await year.passes(OUTAGE)
                (await year.meta.delete("/fault")).raise_for_status()
            await year.passes(STEP - OUTAGE if step == OUTAGE_AT else STEP)
            await _note(year, step)
        calls, health = await year.calls(), await year.health()
    lost = {owner.ig_id for owner in year.owners if health[owner.ig_id][0] == "reconnect"}
    assert lost == {owner.ig_id for owner in year.owners if owner.fate != "kept"}
    kept = [_renewals(calls, owner) for owner in year.owners if owner.fate == "kept"]
    needed = STEPS * STEP.days // (LIFE - 7) + 1  # a token is good for 53 days until it is renewed; the first tells its end
    assert all(needed - 1 <= count <= needed + _TRIED_IN_AN_OUTAGE for count in kept), kept
    assert [owner for owner in year.owners if owner.fate != "kept" and not _is_announced(owner)] == []
    if FULL:
        _record(seed, year, len(lost), kept)


async def _happens(year: Year, step: int) -> None:
    for owner in year.owners:
        if owner.fate != "kept" and owner.at == step:
            body = {"does": owner.fate, "account": owner.ig_id}
            if owner.fate == "withdraw":
                body["scopes"] = ["instagram_business_basic"]
            (await year.meta.post("/owner", json=body)).raise_for_status()


async def _note(year: Year, step: int) -> None:
    health = await year.health()
    for owner in year.owners:
        state, error = health[owner.ig_id]
        assert owner.fate != "kept" or (state, error) == ("ok", None), owner
        if owner.told_at is None and (state == "reconnect" or error is not None):
            owner.told_at = step
        if owner.lost_at is None and state == "reconnect":
            owner.lost_at = step


def _is_announced(owner: Owner) -> bool:
    """Before the account was lost, or when it was; what kills a token at once is noticed within a step."""
    if owner.told_at is None or owner.lost_at is None or owner.told_at > owner.lost_at:
        return False
    return owner.fate == "withdraw" or owner.lost_at - owner.at <= 1


def _renewals(calls: dict[str, Any], owner: Owner) -> int:
    return calls.get(owner.ig_id, {}).get("GET /refresh_access_token", {"calls": 0})["calls"]


@asynccontextmanager
async def a_year(doors: Doors, chance: random.Random) -> AsyncIterator[Year]:
    """Accounts that were connected just now, and the two kinds of work that use their tokens by themselves."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        async with lent_sim() as meta, Database.open(doors.worker, size=8) as db, asyncio.TaskGroup() as group:
            sim_url = str(meta.base_url).removesuffix("/_control/")
            await meta.post("/settings", json={"limits": False})
            settings = Settings(
                graph_url=f"{sim_url}/graph.instagram.com/v25.0", encryption_keys=(b"k" * 32,), data_dir=Path(folder)
            )
            owners = [_owner(number, chance) for number in range(ACCOUNTS)]
            workspace = await _connected(doors, settings, meta, owners, clock)
            wake = Wake(doors.worker)
            async with outside(settings) as world:
                kinds = [kind for kind in works(settings, db, clock, wake, world) if kind.kind in (claims.TOKENS, claims.WATCHES)]
                tasks = [group.create_task(one) for one in (wake.run(), Worker(db, clock, wake, kinds).run())]
                yield Year(meta, db, clock, wake, workspace, owners)
                for task in tasks:
                    task.cancel()


def _owner(number: int, chance: random.Random) -> Owner:
    fate = FATES[number % len(FATES)] if FULL else ("kept", "kept", "change_password", "withdraw")[number % 4]
    return Owner(ig_id=f"178414620000{number:05}", fate=fate, at=chance.randrange(20, 100))


async def _connected(
    doors: Doors, settings: Settings, meta: httpx2.AsyncClient, owners: list[Owner], clock: Clock
) -> WorkspaceId:
    now = clock.now()
    workspace, agent, keys = WorkspaceId(ids.new(now)), AgentId(ids.new(now)), vault.opened_by(settings)
    async with Database.open(doors.app, size=1) as db, db.viewing(workspace) as conn:
        await team.create_workspace(conn, workspace, "Harbour Bakery", now)
        await team.create_agent(conn, agent, email=f"{agent}@example.org", name="Dana", password_hash=None, now=now)
        await team.join(conn, workspace, agent, "owner", now)
        for owner in owners:
            name, token = f"shop.{owner.ig_id[-5:]}", f"IGAA-{owner.ig_id}"
            (await meta.post("/accounts", json={"id": owner.ig_id, "username": name, "token": token})).raise_for_status()
            given = connect.Connection(ig_id=IgId(owner.ig_id), username=name, access_token=token, expires_at=None)
            await connect.add(conn, keys, workspace, given, now)
    return workspace


def _record(seed: int, year: Year, lost: int, renewals: list[int]) -> None:
    verdict = ground.Verdict(
        name="a year of tokens", measured=f"{len(year.owners)} accounts, {lost} lost as their owners wanted",
        promise="no account that could be kept is lost; none renewed more often than needed; every loss announced", is_kept=True,
        notes=[f"seed {seed}; {min(renewals)} to {max(renewals)} renewals in a year of accounts that were kept"],
    )  # fmt: skip
    results.record("soak", [verdict], ground.machine(), datetime.now(UTC))
