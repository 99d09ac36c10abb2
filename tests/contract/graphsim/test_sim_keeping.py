"""Conversations told in one go, and a world that survives the end of its simulator."""

from pathlib import Path
from typing import Any

import httpx2
from tests.contract.graphsim.door import CUSTOMER, DAY, IG, TOKEN, USERNAME, Receiver, Sim, refusal, running

NOON_MS = 1_793_620_800_000


def told(*acts: dict[str, Any], customer: str = CUSTOMER) -> dict[str, Any]:
    return {"customer": customer, "username": f"u{customer[-3:]}", "name": "Ada Quinn", "follower_count": 7, "acts": list(acts)}


async def test_H12_a_play_of_two_conversations_arrives_in_order_of_time_in_one_body(sim: Sim, receiver: Receiver) -> None:
    first = told({"do": "write", "at": NOON_MS, "text": "a"}, {"do": "echo", "at": NOON_MS + 2000, "text": "c"})
    second = told({"do": "write", "at": NOON_MS + 1000, "text": "b"}, customer="2291834475610028")
    await sim.do("play", conversations=[first, second])
    await sim.flush()
    assert [item["message"]["text"] for item in receiver.items()] == ["a", "b", "c"]
    assert len(receiver.posts) == 1
    assert (await sim.see("customers"))["items"][0]["name"] == "Ada Quinn"


async def test_a_play_edits_unsends_and_reacts_by_place_in_its_list(sim: Sim, receiver: Receiver) -> None:
    acts = [
        {"do": "write", "at": NOON_MS, "text": "for for"},
        {"do": "edit", "at": NOON_MS + 1, "to": 0, "text": "for four"},
        {"do": "write", "at": NOON_MS + 2, "attachments": ["image"]},
        {"do": "unsend", "at": NOON_MS + 3, "to": 2},
        {"do": "echo", "at": NOON_MS + 4, "text": "Done!", "to": 0},
        {"do": "react", "at": NOON_MS + 5, "to": 4, "emoji": "❤️"},
        {"do": "seen", "at": NOON_MS + 6},
    ]
    made = await sim.do("play", conversations=[told(*acts)])
    await sim.flush()
    items = receiver.items()
    kinds = [next(key for key in item if key not in ("sender", "recipient", "timestamp")) for item in items]
    assert kinds == ["message", "message_edit", "message", "message", "message", "reaction", "read"]
    assert items[4]["message"]["reply_to"]["mid"] == made["mids"][0][0]
    assert items[5]["reaction"]["mid"] == items[6]["read"]["mid"] == made["mids"][0][4]
    assert [item["timestamp"] for item in items] == [NOON_MS + after for after in range(7)]


async def test_a_comment_of_a_play_stands_in_an_entry_of_its_own_time(sim: Sim, receiver: Receiver) -> None:
    await sim.do("play", conversations=[told({"do": "comment", "at": NOON_MS, "text": "Pretty!"})])
    await sim.flush()
    assert [entry["time"] for post in receiver.posts for entry in post.document["entry"]] == [NOON_MS // 1000]


async def test_an_act_that_names_no_message_is_refused(sim: Sim) -> None:
    answer = await sim.client.post(
        f"{sim.base}/_control/play", json={"conversations": [told({"do": "react", "at": NOON_MS, "to": 3})]}
    )
    assert answer.status_code == 404
    assert "names no message" in answer.text


async def test_with_a_state_file_a_simulator_goes_on_where_it_was(tmp_path: Path, receiver: Receiver) -> None:
    arguments = ["--account", f"{IG}:{USERNAME}:{TOKEN}", "--state-file", str(tmp_path / "state")]
    async with httpx2.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
        with running(*arguments) as base:
            before = Sim(base, client)
            written = await before.do("write", customer=CUSTOMER, text="Are you there?")
        with running(*arguments) as base:
            after = Sim(base, client)
            assert [one["mid"] for one in (await after.see("messages"))["items"]] == [written["mid"]]
            assert (await after.send("We are.")).status_code == 200
            assert (await after.do("write", customer=CUSTOMER))["mid"] != written["mid"]


async def test_I1_T19_apps_tokens_and_numbers_are_kept_and_a_story_ends_after_the_next_start(
    tmp_path: Path, receiver: Receiver
) -> None:
    arguments = ["--account", f"{IG}:{USERNAME}:{TOKEN}", "--state-file", str(tmp_path / "state"), "--callback", receiver.url]
    async with httpx2.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
        with running(*arguments, "--clock", "manual") as base:
            before = Sim(base, client)
            await before.do("apps", id="5551", name="another")
            await before.do("accounts", id=IG, flavour="fb")
            story = (await before.do("posts", product_type="STORY"))["id"]
            await before.do("insights", metric="reach", day="2026-11-01", value=77)
            token = (await before.do("tokens", action="issue"))["items"][0]["value"]
            await before.do("owner", does="withdraw", scopes=["instagram_business_manage_insights"])
        with running(*arguments, "--clock", "manual", "--app-secret", "newer") as base:
            after = Sim(base, client)
            first, other = (await after.see("apps"))["items"]
            assert (first["secret"], other["name"]) == ("newer", "another")
            assert (await after.see("insights", metric="reach"))["items"][0]["final"] == 77
            refused = await after.call("GET", f"{IG}/insights", token=token, metric="reach", period="day")
            assert refusal(refused) == (200, None)
            await after.advance(DAY)
            await after.flush()
    assert [item["value"]["media_id"] for item in receiver.items()] == [story]


async def test_H8_what_had_not_arrived_at_the_end_comes_after_the_next_start(tmp_path: Path, receiver: Receiver) -> None:
    arguments = ["--account", f"{IG}:{USERNAME}:{TOKEN}", "--state-file", str(tmp_path / "state"), "--callback", receiver.url]
    receiver.status = 503
    async with httpx2.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
        with running(*arguments) as base:
            before = Sim(base, client)
            await before.do("settings", retry_s=[60])
            await before.do("write", customer=CUSTOMER, text="Hello?")
            await before.flush()
        receiver.posts.clear()
        receiver.status = 200
        with running(*arguments) as base:
            await Sim(base, client).flush()
    assert [item["message"]["text"] for item in receiver.items()] == ["Hello?"]
