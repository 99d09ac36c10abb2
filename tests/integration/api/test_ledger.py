"""What became of the webhooks, over HTTP: for those who run a team, and never what was said. Rules D3, D5, D9."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.inbox.ingest import Ingest
from confab.model.inbox import AccountId, Viewer, WorkspaceId
from confab.settings import Settings
from confab.store import claims, ids
from confab.store.db import Database, Doors, connect
from confab.store.wake import Wake
from tests.integration.api.conftest import ORIGIN, Person
from tests.world import Customer, World, after, body

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(public_url=ORIGIN, meta_app_secrets=(SECRET,))


@dataclass
class Post:
    """Meta's way in, the worker behind it, and those who look at the ledger."""

    http: httpx2.AsyncClient
    world: World
    ingest: Ingest
    db: Database
    clock: Clock

    async def delivers(self, raw: bytes) -> None:
        signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        answer = await self.http.post("/api/webhooks/instagram", content=raw, headers={"x-hub-signature-256": signature})
        assert answer.status_code == 200
        now = self.clock.now()
        async with self.db.transaction() as conn:
            due = await claims.DELIVERIES.claim(conn, now, now, 10)
        await self.ingest.deliveries(due)

    async def ask(self, path: str, who: Person, **query: Any) -> httpx2.Response:
        return await self.http.get(f"/api/v1{path}", params=query, headers=who.bearer)


@pytest.fixture
async def post(http: httpx2.AsyncClient, anna: Person, worker_db: Database, doors: Doors, clock: Clock) -> Post:
    viewer = Viewer(workspace_id=anna.workspace, agent_id=anna.agent, name="Anna", email=anna.email, role="owner")
    account, ig_id = ids.new(clock.now()), str(ids.new(clock.now()).int % 10**17)
    owner = await connect(doors.owner)
    await owner.execute("DELETE FROM unrouted_parts")
    await owner.execute("DELETE FROM event_counts")
    await owner.execute("INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, $3, 'bakery', $4)",
                        anna.workspace, account, ig_id, clock.now())  # fmt: skip
    await owner.execute("INSERT INTO account_routes VALUES ($1, $2, $3)", ig_id, anna.workspace, account)
    await owner.close()
    world = World(workspace=WorkspaceId(anna.workspace), account=AccountId(account), ig_id=ig_id, viewer=viewer)
    return Post(http, world, Ingest(worker_db, clock, Wake(doors.worker), frozenset()), worker_db, clock)


async def test_deliveries_are_shown_by_what_became_of_them_and_never_by_what_they_say(post: Post, anna: Person) -> None:
    ada, nobody = Customer(post.world.ig_id), Customer("17849990000000009")
    await post.delivers(body(post.world.ig_id, ada.writes("m1", "my card is 4711", after(0)), {**ada.item(after(1)), "new": {}}))
    await post.delivers(body(nobody.ig_id, nobody.writes("m2", "my card is 4711", after(0))))
    await post.delivers(b"my card is 4711, and no JSON")
    answer = await post.ask("/deliveries", anna)
    assert answer.status_code == 200
    assert "4711" not in answer.text
    shown = [(one["state"], one["events"], one["unknown"], bool(one["error"])) for one in answer.json()["items"]]
    assert shown == [("failed", 0, 0, True), ("unclaimed", 1, 0, False), ("applied", 2, 1, False)]
    for state in ("failed", "unclaimed", "applied"):
        (one,) = (await post.ask("/deliveries", anna, state=state)).json()["items"]
        assert one["state"] == state
    assert (await post.ask("/deliveries", anna, state="stored")).json()["items"] == []


async def test_H16_what_is_for_an_account_we_do_not_know_is_acknowledged_and_kept(post: Post, anna: Person) -> None:
    """Acknowledging is asserted of every delivery here."""
    await post.delivers(body("17849990000000009", Customer("17849990000000009").writes("m1", "hello", after(0))))
    (kept,) = (await post.ask("/deliveries", anna, state="unclaimed")).json()["items"]
    assert kept["events"] == 1


async def test_PE3_another_team_sees_nothing_of_a_delivery_for_ours(post: Post, anna: Person, stranger: Person) -> None:
    await post.delivers(body(post.world.ig_id, Customer(post.world.ig_id).writes("m1", "hello", after(0))))
    assert len((await post.ask("/deliveries", anna)).json()["items"]) == 1
    assert (await post.ask("/deliveries", stranger)).json()["items"] == []


async def test_deliveries_come_page_by_page_newest_first(post: Post, anna: Person) -> None:
    ada = Customer(post.world.ig_id)
    for number in range(5):
        await post.delivers(body(post.world.ig_id, ada.writes(f"m{number}", "hello", after(number))))
    whole = [one["id"] for one in (await post.ask("/deliveries", anna)).json()["items"]]
    assert whole == sorted(whole, reverse=True)
    pages, cursor = [], None
    while True:
        page = (await post.ask("/deliveries", anna, limit=2, **({"cursor": cursor} if cursor else {}))).json()
        pages.append([one["id"] for one in page["items"]])
        if (cursor := page["next"]) is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [id_ for page in pages for id_ in page] == whole


async def test_D9_kinds_that_nobody_knows_are_counted_by_day(post: Post, anna: Person) -> None:
    ada = Customer(post.world.ig_id)
    for number in range(2):
        await post.delivers(body(post.world.ig_id, {**ada.item(after(number)), "never_seen_thing": {}}))
    (count,) = (await post.ask("/event-counts", anna)).json()["items"]
    assert count == {"name": "unknown:never_seen_thing", "on_day": post.clock.now().date().isoformat(), "count": 2}


@pytest.mark.parametrize("path", ["/deliveries", "/event-counts"])
async def test_the_ledger_is_for_owners_and_admins(post: Post, bob: Person, path: str) -> None:
    answer = await post.ask(path, bob)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await post.http.get(f"/api/v1{path}")).status_code == 401


@pytest.mark.parametrize(("query", "field"), [({"state": "lost"}, "state"), ({"cursor": "?"}, "cursor"), ({"limit": 0}, "limit")])
async def test_a_wrong_question_names_its_field(post: Post, anna: Person, query: dict[str, Any], field: str) -> None:
    answer = await post.ask("/deliveries", anna, **query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
