"""Rules over HTTP: who changes them, what they may say, what they would have done. Rules RU15-RU19 of docs/spec/rules.md."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from confab.clock import Clock
from confab.inbox import rulebook
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.deeds import Means
from confab.inbox.normalise import normalise
from confab.inbox.react import Reactions
from confab.store import claims, ids
from confab.store.db import Database, Doors, connect
from confab.store.wake import Wake
from tests.integration.api.conftest import Person
from tests.world import Customer, body

HELLO = {"type": "reply", "text": "Hi {first_name|there}"}
HOURS = {"type": "time", "is_within": True}
ANY = {"type": "text", "match": "any", "values": ["price"]}


def says(**given: Any) -> dict[str, Any]:
    return {"name": "Price", "trigger": {"kind": "message"}, "conditions": [ANY], "actions": [HELLO], **given}


class Shop:
    """An account of Anna's workspace."""

    def __init__(self, http: httpx2.AsyncClient, doors: Doors, worker: Database, clock: Clock, anna: Person) -> None:
        self.http, self.doors, self.worker, self.clock, self.anna = http, doors, worker, clock, anna
        self.account, self.ig_id = uuid4(), f"1784{uuid4().int % 10**12}"

    async def open(self) -> None:
        owner = await connect(self.doors.owner)
        await owner.execute(
            "INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, $3, 'shop', now())",
            self.anna.workspace, self.account, self.ig_id,
        )  # fmt: skip
        await owner.close()

    async def ask(self, method: str, path: str, json: Any = None, who: Person | None = None) -> httpx2.Response:
        return await self.http.request(method, f"/api/v1{path}", json=json, headers=(who or self.anna).bearer)

    async def keep(self, who: Person | None = None, mode: str = "on", **given: Any) -> httpx2.Response:
        return await self.ask("POST", "/rules", {"account_id": str(self.account), "mode": mode, "definition": says(**given)}, who)

    async def rules(self, who: Person | None = None) -> list[dict[str, Any]]:
        return (await self.ask("GET", f"/rules?account={self.account}", who=who)).json()["items"]

    async def hears(self, *items: dict[str, Any]) -> None:
        source = Source(workspace_id=self.anna.workspace, account_id=self.account, delivery_id=ids.new(self.clock.now()))
        events = [(source, routed.event) for routed in normalise(body(self.ig_id, *items), self.clock.now())]
        async with self.worker.transaction() as conn:
            await apply(conn, Batch(events=events, our_app_ids=frozenset()), self.clock.now())

    async def work(self) -> None:
        now = self.clock.now()
        reactions = Reactions(self.worker, self.clock, Wake(self.doors.worker), Means())
        async with self.worker.alone() as conn:
            dues = await claims.RULE_EVENTS.claim(conn, now, now + timedelta(seconds=30), 100)
        for due in dues:
            await reactions.run(due)


@pytest.fixture
async def shop(http: httpx2.AsyncClient, doors: Doors, worker_db: Database, clock: Clock, anna: Person) -> Shop:
    shop = Shop(http, doors, worker_db, clock, anna)
    await shop.open()
    return shop


async def test_RU15_owners_keep_the_rules_and_everybody_sees_them(shop: Shop, bob: Person, stranger: Person) -> None:
    made = await shop.keep()
    assert (made.status_code, made.json()["version"], made.json()["mode"]) == (201, 1, "on")
    path = f"/rules/{made.json()['id']}"
    assert [one["id"] for one in await shop.rules(bob)] == [made.json()["id"]]
    for attempt in (
        await shop.keep(bob),
        await shop.ask("PATCH", path, {"mode": "off"}, bob),
        await shop.ask("DELETE", path, who=bob),
    ):
        assert (attempt.status_code, attempt.json()["roles"]) == (403, ["owner", "admin"])
    assert (await shop.ask("GET", f"/rules?account={shop.account}", who=stranger)).status_code == 404
    assert (await shop.ask("PATCH", path, {"mode": "off"}, stranger)).status_code == 404
    assert (await shop.keep(stranger)).status_code == 404


async def test_RU15_each_version_is_kept_and_nobody_overwrites_what_they_have_not_seen(shop: Shop) -> None:
    path = f"/rules/{(await shop.keep()).json()['id']}"
    changed = await shop.ask("PATCH", path, {"definition": says(name="New price"), "version": 1})
    assert (changed.json()["version"], changed.json()["definition"]["name"]) == (2, "New price")
    late = await shop.ask("PATCH", path, {"mode": "off", "version": 1})
    assert (late.status_code, late.json()["version"]) == (409, 2)
    await shop.ask("PATCH", path, {"mode": "watch"})
    versions = (await shop.ask("GET", f"{path}/versions")).json()["items"]
    assert [(one["version"], one["mode"], one["definition"]["name"]) for one in versions] == [
        (3, "watch", "New price"), (2, "on", "New price"), (1, "on", "Price"),
    ]  # fmt: skip
    assert (await shop.ask("DELETE", path)).status_code == 204
    assert (await shop.ask("GET", path)).status_code == 404
    assert len((await shop.ask("GET", f"{path}/versions")).json()["items"]) == 3


async def test_rules_are_put_in_order(shop: Shop) -> None:
    made = [(await shop.keep(name=name)).json()["id"] for name in ("a", "b", "c")]
    order = {"account_id": str(shop.account), "rules": [made[2], made[0], made[1]]}
    assert (await shop.ask("PUT", "/rules/order", order)).status_code == 204
    assert [one["id"] for one in await shop.rules()] == order["rules"]
    for wrong in (made[:2], [*made, made[0]], [*made[:2], str(uuid4())]):
        assert (await shop.ask("PUT", "/rules/order", {**order, "rules": wrong})).status_code == 409
    assert [one["id"] for one in await shop.rules()] == order["rules"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"actions": []}, "actions"),
        ({"actions": [HELLO] * 11}, "actions"),
        ({"cooldown_s": -1}, "cooldown_s"),
        ({"cooldown_s": 30 * 86400 + 1}, "cooldown_s"),
        ({"trigger": {"kind": "no_answer"}}, "trigger.minutes"),
        ({"trigger": {"kind": "window_closing", "minutes": 1440}}, "trigger.minutes"),
        ({"trigger": {"kind": "message", "minutes": 5}}, "trigger.minutes"),
        ({"trigger": {"kind": "message", "payload": "YES"}}, "trigger.payload"),
        ({"conditions": [{**ANY, "values": []}]}, "conditions.0"),
        ({"conditions": [ANY, {**ANY, "values": ["?!"]}]}, "conditions.1"),
        ({"conditions": [{**ANY, "match": "pattern", "values": ["(a"]}]}, "conditions.0"),
        ({"conditions": [{"type": "post", "media_ig_ids": ["1"]}]}, "conditions.0"),
        ({"conditions": [{"type": "labels"}]}, "conditions.0"),
        ({"conditions": [{**HOURS, "spans": [{"days": [7], "start": "09:00", "end": "10:00"}]}]}, "conditions.0"),
        ({"conditions": [{**HOURS, "spans": [{"days": [1], "start": "9", "end": "10:00"}]}]}, "conditions.0"),
        ({"actions": [{"type": "reply", "text": " "}]}, "actions.0"),
        ({"actions": [{"type": "reply", "text": "{nobody}"}]}, "actions.0"),
        ({"actions": [{"type": "reply", "text": "x", "quick_replies": [{"title": "x" * 21, "payload": "x"}]}]}, "actions.0"),
        ({"actions": [{"type": "private_reply", "text": "x"}]}, "actions.0"),
        ({"actions": [{"type": "public_reply", "text": "x"}]}, "actions.0"),
        ({"trigger": {"kind": "comment"}, "actions": [{"type": "public_reply", "text": "x"}] * 2}, "actions"),
        ({"actions": [{"type": "status", "status": "snoozed"}]}, "actions.0"),
        ({"actions": [{"type": "webhook", "url": "http://example.org"}]}, "actions.0"),
        ({"actions": [{"type": "webhook", "url": "https://me:pw@example.org"}]}, "actions.0"),
        ({"actions": [{"type": "assign", "agent_id": "00000000-0000-0000-0000-000000000001"}]}, "actions.0"),
        ({"actions": [{"type": "label"}]}, "actions.0"),
        ({"trigger": {"kind": "comment"}}, "actions.0"),
        ({"trigger": {"kind": "comment"}, "actions": [{"type": "private_reply", "text": "x"}] * 2}, "actions"),
        ({"trigger": {"kind": "comment"}, "actions": [{"type": "private_reply", "text": "é" * 401}]}, "actions.0"),
    ],
)  # fmt: skip
async def test_RU16_what_could_never_work_is_refused_with_its_field(shop: Shop, given: dict[str, Any], field: str) -> None:
    refused = await shop.keep(**given)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert await shop.rules() == []


async def test_RU16_what_holds_for_all_rules_is_checked_too(shop: Shop, bob: Person) -> None:
    path = f"/accounts/{shop.account}/automation"
    for given, field in (
        ({"zone": "Mars"}, "zone"), ({"zone": "../etc/passwd"}, "zone"), ({"disclosure": "x" * 201}, "disclosure"),
        ({"opt_out_words": ["!"]}, "opt_out_words"), ({"pause_minutes": -1}, "pause_minutes"),
        ({"most_per_hour": 0}, "most_per_hour"),
        ({"hours": [{"days": [], "start": "09:00", "end": "10:00"}]}, "hours"),
    ):  # fmt: skip
        refused = await shop.ask("PUT", path, given)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    wanted = {"zone": "Europe/Madrid", "hours": [{"days": [0], "start": "09:00", "end": "24:00"}], "disclosure": " Automatic. "}
    assert (await shop.ask("PUT", path, wanted, bob)).status_code == 403
    kept = (await shop.ask("PUT", path, wanted)).json()
    assert (kept["zone"], kept["disclosure"], kept["opt_in_words"]) == ("Europe/Madrid", "Automatic.", ["start"])
    assert (await shop.ask("GET", f"/rules?account={shop.account}")).json()["settings"] == kept


async def test_RU17_a_rule_is_tried_on_the_past_and_nothing_comes_of_it(shop: Shop, clock: Clock, bob: Person) -> None:
    ada, ben = Customer(shop.ig_id, "1"), Customer(shop.ig_id, "2")
    now = clock.now()
    await shop.hears(
        ada.writes("old", "price?", now - timedelta(days=31)), ada.writes("a", "The PRICE?", now - timedelta(days=20)),
        ada.writes("b", "price!", now - timedelta(days=20) + timedelta(minutes=1)),
        ada.writes("c", "thanks", now - timedelta(days=19)),
        ben.writes("d", "price", now - timedelta(days=1)), ben.echo("e", "price list", now - timedelta(hours=23)),
    )  # fmt: skip
    body_ = {"account_id": str(shop.account), "definition": says()}
    page = (await shop.ask("POST", "/rules/try", body_)).json()
    assert page["next"] is None
    assert [one["text"] for one in page["tryout"]["fired"]] == ["The PRICE?", "price"]
    assert page["tryout"]["seen"] == 4
    assert page["tryout"]["misses"] == {
        "it fired for this person a short while ago": 1, "none of its words occurs": 1,
    }  # fmt: skip
    for minutes, who_waits in ((30, ["price"]), (120, [])):  # whoever waited for 31 days already waits on
        waits = says(trigger={"kind": "no_answer", "minutes": minutes}, conditions=[])
        page = (await shop.ask("POST", "/rules/try", {**body_, "definition": waits})).json()
        assert [one["text"] for one in page["tryout"]["fired"]] == who_waits
    closing = says(trigger={"kind": "window_closing", "minutes": 60}, conditions=[])
    page = (await shop.ask("POST", "/rules/try", {**body_, "definition": closing})).json()
    assert [one["text"] for one in page["tryout"]["fired"]] == ["price!", "thanks", "price"]
    assert (await shop.ask("POST", "/rules/try", body_, bob)).status_code == 403
    owner = await connect(shop.doors.owner)
    for table in ("outbound_messages", "rule_runs", "rule_fires", "rules"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE workspace_id = $1", shop.anna.workspace) == 0
    await owner.close()


async def test_RU19_a_try_out_goes_piece_by_piece_and_says_where_and_why_it_was_cut_off(
    shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rulebook, "_AT_ONCE", 2)
    monkeypatch.setattr(rulebook, "_MOST_TRIED", 4)
    now = clock.now()
    await shop.hears(*(Customer(shop.ig_id, f"{n}").writes(f"m{n}", "price?", now - timedelta(days=9 - n)) for n in range(1, 8)))
    asked = {"account_id": str(shop.account), "definition": says()}
    first = (await shop.ask("POST", "/rules/try", asked)).json()
    assert (first["tryout"]["seen"], first["tryout"]["cut_off"]) == (2, None)
    second = (await shop.ask("POST", "/rules/try", {**asked, "cursor": first["next"]})).json()
    assert (second["tryout"]["seen"], second["next"]) == (2, None)
    assert second["tryout"]["cut_off"] == "These were the oldest 4: newer events were not looked at."
    assert datetime.fromisoformat(second["tryout"]["up_to"]) < now - timedelta(days=4)
    clock.ahead += timedelta(seconds=61)
    monkeypatch.setattr(rulebook, "_MOST_TRIED", 100)
    late = (await shop.ask("POST", "/rules/try", {**asked, "cursor": first["next"]})).json()
    assert late["next"] is None
    assert late["tryout"]["cut_off"] == "It took longer than a minute: newer events were not looked at."
    for wrong in ("x", f"{'0' * 32}.1", f"{'0' * 32}.1.99999999999"):
        refused = await shop.ask("POST", "/rules/try", {**asked, "cursor": wrong})
        assert (refused.status_code, refused.json()["field"]) == (422, "cursor")


async def test_RU18_the_log_is_read_by_account_conversation_and_rule(
    shop: Shop, clock: Clock, bob: Person, stranger: Person
) -> None:
    rule = (await shop.keep()).json()["id"]
    ada = Customer(shop.ig_id, "1")
    await shop.hears(ada.writes("1", "price?", clock.now()))
    await shop.hears(ada.writes("2", "hello", clock.now()))
    await shop.work()
    everything = (await shop.ask("GET", f"/rule-runs?account={shop.account}", who=bob)).json()["items"]
    assert [(len(one["looked"]), one["passed_over"], len(one["fires"])) for one in everything] in (
        [(0, 1, 0), (1, 0, 1)],
        [(1, 0, 1), (0, 1, 0)],
    )
    (fired,) = (
        await shop.ask(
            "GET", f"/rule-runs?account={shop.account}&fired=true&rule={rule}&conversation={everything[0]['conversation_id']}"
        )
    ).json()["items"]
    assert fired["fires"][0]["results"][0]["message_id"]
    first = (await shop.ask("GET", f"/rule-runs?account={shop.account}&limit=1")).json()
    rest = (await shop.ask("GET", f"/rule-runs?account={shop.account}&limit=1&cursor={first['next']}")).json()
    assert {first["items"][0]["id"], rest["items"][0]["id"]} == {one["id"] for one in everything}
    assert (await shop.ask("GET", f"/rule-runs?account={shop.account}", who=stranger)).json()["items"] == []
    (counted,) = await shop.rules()
    assert (counted["fired"], counted["last_fired_at"] is not None) == (1, True)


async def test_RU12_anybody_of_the_team_keeps_rules_out_of_a_conversation(
    shop: Shop, clock: Clock, bob: Person, stranger: Person
) -> None:
    await shop.keep()
    await shop.hears(Customer(shop.ig_id, "1").writes("1", "hello", clock.now()))
    (conversation,) = (await shop.ask("GET", f"/conversations?account={shop.account}")).json()["items"]
    path = f"/conversations/{conversation['id']}/automation"
    assert (await shop.ask("GET", path, who=bob)).json() == {"paused_until": None, "pause_reason": None, "opted_out_at": None}
    paused = (await shop.ask("PUT", path, {"paused": True}, bob)).json()
    assert "keeps rules out" in paused["pause_reason"]
    assert (await shop.ask("PUT", path, {"paused": False}, bob)).json()["paused_until"] is None
    for attempt in (await shop.ask("GET", path, who=stranger), await shop.ask("PUT", path, {"paused": True}, stranger)):
        assert attempt.status_code == 404


async def test_RU9_the_key_of_signatures_is_for_owners(shop: Shop, bob: Person, stranger: Person) -> None:
    key = (await shop.ask("GET", "/rules/webhook-key")).json()["key"]
    assert len(bytes.fromhex(key)) == 32
    assert (await shop.ask("GET", "/rules/webhook-key", who=bob)).status_code == 403
    assert (await shop.ask("GET", "/rules/webhook-key", who=stranger)).json()["key"] != key
    assert UUID(str(shop.account))
