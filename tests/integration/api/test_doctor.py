"""The doctor over HTTP: what was found last is there at once, and another look is asked for, not waited for. Rules DR4, DR19."""

from datetime import timedelta

import httpx2
import pytest

from confab.clock import Clock
from confab.model.doctor import Checkup, Finding
from confab.store import changes, checkups
from confab.store.checkups import Found
from confab.store.claims import CHECKUPS, Due
from confab.store.db import Database
from tests.integration.api.conftest import Person

RED = Finding(
    check="storage", title="Storage", account_id=None, about="/var/media", level="red", says="Files cannot be kept: full.",
    means="Pictures are lost.", remedy="Make room.", path=None, guide="meta-setup.md#the-installation",
)  # fmt: skip


async def claimed(db: Database, clock: Clock, person: Person) -> Due:
    """The workspace's checkup as a worker claims it."""
    async with db.transaction() as conn:
        dues = await CHECKUPS.claim(conn, clock.now(), clock.now() + timedelta(minutes=2), 1000)
    (due,) = (one for one in dues if one.key == (person.workspace,))
    return due


async def settled(db: Database, clock: Clock, due: Due, began_ago_s: float = 0) -> Checkup | None:
    """A look ends, with something red."""
    now = clock.now()
    found = Found(findings=[RED], turned_red=["Storage: full."], began_at=now - timedelta(seconds=began_ago_s))
    async with db.transaction() as conn:
        return await checkups.settle(conn, due, found, next_at=now + timedelta(days=1), now=now)


async def standing(http: httpx2.AsyncClient, person: Person) -> dict[str, object]:
    answer = await http.get("/api/v1/doctor", headers=person.bearer)
    assert answer.status_code == 200
    return answer.json()["checkup"]


async def test_DR4_a_new_workspace_is_looked_at_at_once_and_what_was_found_is_kept(
    http: httpx2.AsyncClient, worker_db: Database, clock: Clock, anna: Person
) -> None:
    assert (await standing(http, anna))["looked_at"] is None
    assert (await http.get("/api/v1/doctor/findings", headers=anna.bearer)).json()["items"] == []
    assert await settled(worker_db, clock, await claimed(worker_db, clock, anna))
    seen = await standing(http, anna)
    assert (seen["red"], seen["amber"], seen["turned_red"], seen["asked_at"]) == (1, 0, ["Storage: full."], None)
    (finding,) = (await http.get("/api/v1/doctor/findings", headers=anna.bearer)).json()["items"]
    assert (finding["check"], finding["level"], finding["remedy"]) == ("storage", "red", "Make room.")


async def test_DR4_who_asks_has_it_look_again_and_everybody_hears_that_it_will(
    http: httpx2.AsyncClient, worker_db: Database, app_db: Database, clock: Clock, anna: Person
) -> None:
    await settled(worker_db, clock, await claimed(worker_db, clock, anna))
    answer = await http.post("/api/v1/doctor/look", headers=anna.bearer)
    assert answer.status_code == 202
    assert answer.json()["asked_at"] is not None
    async with app_db.viewing(anna.workspace) as conn:
        (told,) = await changes.after(conn, anna.workspace, 0, 10)
    assert told.type == "checkup_updated"
    due = await claimed(worker_db, clock, anna)
    assert (await http.post("/api/v1/doctor/look", headers=anna.bearer)).status_code == 202  # while it is under way
    again = await settled(worker_db, clock, due, began_ago_s=60)
    assert again is not None
    assert again.asked_at is not None, "who asked since it began still waits"
    last = await settled(worker_db, clock, await claimed(worker_db, clock, anna))
    assert last is not None
    assert last.asked_at is None


async def test_a_look_that_was_overtaken_by_another_changes_nothing(worker_db: Database, clock: Clock, anna: Person) -> None:
    late = await claimed(worker_db, clock, anna)
    assert await settled(worker_db, clock, late)
    assert await settled(worker_db, clock, late) is None


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/doctor/findings"), ("POST", "/api/v1/doctor/look")])
async def test_DR19_findings_are_for_owners_and_admins_and_how_many_there_are_for_everybody(
    http: httpx2.AsyncClient, bob: Person, method: str, path: str
) -> None:
    refused = await http.request(method, path, headers=bob.bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "red" in await standing(http, bob)
