"""An account's past is read at Instagram when somebody asks. Rules HI1-HI7 of docs/spec/inbox.md, C of graph.md."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def past(shop: Stack, *, conversations: int, messages: int, **more: object) -> list[str]:
    """What was said before anybody listened; the participants."""
    answer = await shop.sim.post("/history", json={"conversations": conversations, "messages": messages, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["customers"]


async def account(shop: Stack) -> dict[str, Any]:
    (found,) = (await shop.api.get("/accounts")).json()["items"]
    return found


async def ask(shop: Stack) -> dict[str, Any]:
    answer = await shop.api.post(f"/accounts/{(await account(shop))['id']}/sync", json={"what": "messages"})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def run_now(shop: Stack, run: dict[str, Any]) -> dict[str, Any]:
    return (await shop.api.get(f"/runs/{run['id']}")).json()


async def ended(shop: Stack, run: dict[str, Any]) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = await run_now(shop, run)
        return found if found["state"] not in ("waiting", "running") else None

    return await until(look, 60)


async def here(shop: Stack) -> dict[str, str | None]:
    listed = await shop.conversations(limit="100")
    messages = [message for one in listed for message in await shop.messages(one["id"])]
    return {message["mid"]: message["text"] for message in messages}


async def truth(shop: Stack) -> dict[str, str | None]:
    return {one["mid"]: one["text"] for one in (await shop.sim.get("/messages")).json()["items"]}


async def test_HI1_every_conversation_is_read_with_what_instagram_shows(shop: Stack) -> None:
    await past(shop, conversations=30, messages=8)
    run = await ended(shop, await ask(shop))
    assert (run["state"], run["conversations_read"], run["messages_new"]) == ("done", 30, 240), run
    assert run["conversations_total"] == 30
    assert await here(shop) == await truth(shop)


async def test_HI1_C6_of_a_long_conversation_the_newest_20_come_and_it_says_that_there_are_more(shop: Stack) -> None:
    await past(shop, conversations=1, messages=30, media=0)
    run = await ended(shop, await ask(shop))
    (conversation,) = await shop.conversations()
    assert (run["messages_new"], conversation["earlier"]) == (20, "more")
    assert list((await here(shop)).values()) == list((await truth(shop)).values())[-20:]


async def test_HI1_what_cannot_be_kept_costs_no_other(shop: Stack) -> None:
    await past(shop, conversations=2, messages=3, media=0)
    await shop.customer_writes("half\0a message", deliver=False)
    run = await ended(shop, await ask(shop))
    assert (run["state"], run["messages_new"], run["unreadable"]) == ("done", 6, 1)
    assert len(await here(shop)) == 6


async def odd(shop: Stack, **what: object) -> None:
    answer = await shop.sim.post("/odd", json=what)
    assert answer.status_code == 200, answer.text


async def test_HI1_C16_who_takes_part_follows_from_the_messages_where_nobody_is_named(shop: Stack) -> None:
    silent, ours = await past(shop, conversations=2, messages=3, media=0, answered=0.5)
    for one in (await shop.sim.get("/messages")).json()["items"]:
        await odd(shop, mid=one["mid"], fields={"reactions": None, "attachments": None})
    await odd(shop, customer=silent, fields={"participants": None})
    await odd(shop, customer=ours, fields={"participants": {"data": [{"id": shop.ig_id, "username": "harbour.bakery"}]}})
    run = await ended(shop, await ask(shop))
    assert (run["state"], run["messages_new"], run["unreadable"]) == ("done", 6, 0)
    assert await here(shop) == await truth(shop)
    again = await ended(shop, await ask(shop))
    assert (again["conversations_skipped"], again["messages_read"]) == (2, 0)


async def test_HI1_C16_what_cannot_be_understood_is_counted(shop: Stack) -> None:
    nobodys, good = await past(shop, conversations=2, messages=3, media=0)
    said = {one: (await shop.sim.get("/messages", params={"customer": one})).json()["items"] for one in (nobodys, good)}
    await odd(shop, customer=nobodys, fields={"participants": None})
    for one in said[nobodys]:
        await odd(shop, mid=one["mid"], fields={"from": None, "to": None})
    await odd(shop, mid=said[good][1]["mid"], fields={"id": None})
    run = await ended(shop, await ask(shop))
    assert (run["state"], run["messages_new"], run["unreadable"]) == ("done", 2, 4)
    assert run["conversations_total"] == 2


async def test_HI2_the_past_is_no_news(shop: Stack) -> None:
    await past(shop, conversations=3, messages=5, answered=0)
    await ended(shop, await ask(shop))
    listed = await shop.conversations()
    assert [conversation["unread_count"] for conversation in listed] == [0, 0, 0]
    messages = [message for one in listed for message in await shop.messages(one["id"])]
    assert all(message["is_history"] and not message["is_unread"] for message in messages)


async def test_HI2_the_past_leaves_a_closed_conversation_closed(shop: Stack) -> None:
    (customer,) = await past(shop, conversations=1, messages=5)
    await shop.customer_writes("And now?", customer)
    (conversation,) = await until(shop.conversations)
    closed = await shop.api.patch(f"/conversations/{conversation['id']}", json={"status": "closed"})
    assert closed.status_code == 200, closed.text
    await ended(shop, await ask(shop))
    (conversation,) = await shop.conversations()
    assert (conversation["status"], conversation["last_message_preview"]) == ("closed", "And now?")
    assert [message["is_history"] for message in await shop.messages(conversation["id"])] == [True] * 5 + [False]


async def test_HI3_a_run_goes_on_where_it_was_after_trouble(shop: Stack) -> None:
    await past(shop, conversations=60, messages=2, media=0)
    await shop.fault(target="conversations", effect="error", code=2, skip=2, count=1)
    done = await ended(shop, await ask(shop))
    assert (done["state"], done["messages_new"], done["conversations_read"]) == ("done", 120, 60)
    assert done["messages_read"] == 120  # nothing was read twice


async def test_HI4_who_asks_again_joins_the_run_and_stopping_keeps_what_was_read(shop: Stack) -> None:
    await past(shop, conversations=60, messages=2)
    await shop.sim.post("/settings", json={"latency_ms": [200, 200]})
    run = await ask(shop)
    assert (await ask(shop))["id"] == run["id"]

    async def has_read() -> bool:
        return (await run_now(shop, run))["conversations_read"] > 0

    await until(has_read)
    stopped = (await shop.api.delete(f"/runs/{run['id']}")).json()
    assert (stopped["state"], stopped["error"]) == ("stopped", "stopped by Dana")
    assert len(await shop.conversations(limit="100")) >= stopped["conversations_read"] > 0
    again = await ask(shop)
    assert again["id"] != run["id"]
    assert (await ended(shop, again))["state"] == "done"
    assert await here(shop) == await truth(shop)


async def test_HI5_what_is_complete_is_skipped_and_what_moved_is_read(shop: Stack, clock: Clock) -> None:
    customers = await past(shop, conversations=60, messages=3, media=0)
    await shop.sim.post("/settings", json={"limits": False})  # so that none of the calls counted here is a second try
    await ended(shop, await ask(shop))
    second = await ended(shop, await ask(shop))
    assert (second["conversations_read"], second["conversations_skipped"], second["messages_read"]) == (0, 60, 0)
    assert second["calls"] == 4  # a page with messages, one of names for the rest, one that counts, and the top once more
    await shop.customer_writes("Nobody told you", customers[40], deliver=False)
    third = await ended(shop, await ask(shop))
    assert (third["conversations_read"], third["messages_new"]) == (1, 1)


async def test_HI5_what_moves_to_the_top_while_pages_are_read_is_not_missed(shop: Stack, clock: Clock) -> None:
    customers = await past(shop, conversations=60, messages=2, media=0)
    await shop.sim.post("/settings", json={"limits": False})
    await shop.fault(target="conversations", effect="throttle", minutes=30, skip=2, count=1)  # after the first page and the count
    run = await ask(shop)

    async def waiting() -> bool:
        return (await run_now(shop, run))["waiting_until"] is not None

    await until(waiting)
    read = {one["participant"]["ig_id"] for one in await shop.conversations(limit="100")}
    await shop.customer_writes("Still there?", next(one for one in customers if one not in read), deliver=False)
    clock.ahead += timedelta(minutes=31)
    done = await ended(shop, run)
    seen = done["conversations_read"] + done["conversations_skipped"]  # a page is read again when the jump outlasts the lease
    assert (done["state"], seen, done["conversations_total"]) == ("done", 60, 60)
    assert await here(shop) == await truth(shop)


async def test_HI6_when_instagram_asks_to_wait_everybody_does_and_the_run_says_so(shop: Stack, clock: Clock) -> None:
    await past(shop, conversations=60, messages=2)
    await shop.fault(target="conversations", effect="throttle", minutes=30, count=1)
    run = await ask(shop)

    async def waiting() -> bool:
        return (await run_now(shop, run))["waiting_until"] is not None

    await until(waiting)
    assert (await run_now(shop, run))["state"] == "running"
    clock.ahead += timedelta(minutes=31)
    done = await ended(shop, run)
    seen = done["conversations_read"] + done["conversations_skipped"]  # after the jump the comparison may have read some before
    assert (done["state"], seen, done["waiting_until"]) == ("done", 60, None)
    assert await here(shop) == await truth(shop)


@pytest.mark.parametrize("most", [40, 1])
async def test_C15_pages_become_smaller_when_they_are_too_much_for_one_call(shop: Stack, most: int) -> None:
    await past(shop, conversations=12, messages=min(4, most), media=0)
    await shop.sim.post("/settings", json={"most_messages": most, "limits": False})
    done = await ended(shop, await ask(shop))
    assert (done["state"], done["messages_new"]) == ("done", 12 * min(4, most))


async def ask_earlier(shop: Stack, conversation: str) -> dict[str, Any]:
    answer = await shop.api.post(f"/conversations/{conversation}/earlier")
    assert answer.status_code == 202, answer.text
    assert answer.json()["earlier"] == "asking"

    async def answered() -> dict[str, Any] | None:
        found = (await shop.api.get(f"/conversations/{conversation}")).json()
        return found if found["earlier"] != "asking" else None

    return await until(answered)


@pytest.mark.parametrize(("said", "shown", "earlier"), [(5, 6, "none"), (30, 20, "hidden")])
async def test_HI7_what_was_said_before_comes_when_somebody_asks_and_not_before(
    shop: Stack, said: int, shown: int, earlier: str
) -> None:
    (customer,) = await past(shop, conversations=1, messages=said)
    await shop.customer_writes("Are you open?", customer)
    (conversation,) = await until(shop.conversations)
    assert (len(await here(shop)), conversation["earlier"]) == (1, "unknown")
    answered = await ask_earlier(shop, conversation["id"])
    assert (answered["earlier"], answered["unread_count"]) == (earlier, 1)
    assert list((await here(shop)).values()) == list((await truth(shop)).values())[-shown:]


async def test_HI7_a_refusal_is_told_and_may_be_tried_again(shop: Stack) -> None:
    (customer,) = await past(shop, conversations=1, messages=3)
    await shop.customer_writes("Are you open?", customer)
    (conversation,) = await until(shop.conversations)
    await shop.fault(target="conversations", effect="error", code=10, status=403, count=1)
    refused = await ask_earlier(shop, conversation["id"])
    assert refused["earlier"] == "refused"
    assert "permission" in refused["earlier_reason"]
    again = await ask_earlier(shop, conversation["id"])
    assert (again["earlier"], again["earlier_reason"]) == ("none", None)


async def test_HI7_asking_where_nothing_is_left_asks_nobody(shop: Stack) -> None:
    (customer,) = await past(shop, conversations=1, messages=3)
    await shop.customer_writes("Are you open?", customer)
    (conversation,) = await until(shop.conversations)
    await ask_earlier(shop, conversation["id"])
    answer = await shop.api.post(f"/conversations/{conversation['id']}/earlier")
    assert (answer.status_code, answer.json()["earlier"]) == (202, "none")


async def test_HI7_when_instagram_asks_to_wait_it_is_asked_again_then(shop: Stack, clock: Clock) -> None:
    (customer,) = await past(shop, conversations=1, messages=3)
    await shop.customer_writes("Are you open?", customer)
    (conversation,) = await until(shop.conversations)
    await shop.fault(target="conversations", effect="throttle", minutes=30, count=1)
    assert (await shop.api.post(f"/conversations/{conversation['id']}/earlier")).status_code == 202

    async def is_put_off() -> bool:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval(
                "SELECT due_at > $2 FROM earlier_fetches WHERE workspace_id = $1",
                shop.workspace,
                clock.now() + timedelta(minutes=29),
            )

    await until(is_put_off)
    clock.ahead += timedelta(minutes=31)

    async def answered() -> bool:
        return (await shop.api.get(f"/conversations/{conversation['id']}")).json()["earlier"] == "none"

    await until(answered)
