"""Family H: the handshake, signatures, retries, batches, and the end of a subscription."""

import asyncio
import hashlib
import hmac

from tests.contract.graphsim.door import CUSTOMER, IG, SECRET, Receiver, Sim

HOUR = 3600


async def test_H1_a_callback_that_answers_the_challenge_is_used(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", callback=None)
    found = await sim.do("handshake", callback=receiver.url)
    assert found["ok"]
    assert found["body"] == "1158201444"
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    assert len(receiver.posts) == 1


async def test_H2_a_callback_that_refuses_is_not_used(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", callback=None)
    receiver.verify_token = "another"
    found = await sim.do("handshake", callback=receiver.url)
    assert (found["ok"], found["status"]) == (False, 403)
    assert (await sim.see("settings"))["callback"] is None


async def test_H3_H4_H5_the_signature_is_over_the_bytes_as_posted(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER, text="Größe 38 👟 http://ex.io/a")
    await sim.flush()
    post = receiver.posts[0]
    expected = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.headers["x-hub-signature-256"] == f"sha256={expected}"
    assert post.headers["x-hub-signature"].startswith("sha1=")
    assert rb"Gr\u00f6\u00dfe 38 \ud83d\udc5f http:\/\/ex.io\/a" in post.body


async def test_H7_another_secret_signs_when_told_to(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", sign_with="another secret")
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    post = receiver.posts[0]
    expected = hmac.new(b"another secret", post.body, hashlib.sha256).hexdigest()
    assert post.headers["x-hub-signature-256"] == f"sha256={expected}"


async def test_H8_a_callback_that_does_not_answer_in_time_has_failed(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", timeout_s=0.1, retry_s=[60])
    receiver.hang = asyncio.Event()
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    delivery = (await sim.see("deliveries"))["items"][0]
    assert (delivery["state"], delivery["attempts"][0]["error"]) == ("retrying", "timeout")
    receiver.hang.set()


async def test_H9_H11_a_failed_delivery_comes_again_with_the_same_bytes_until_it_is_taken(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", retry_s=[5, 60])
    receiver.status = 500
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    await sim.advance(6)
    assert len(receiver.posts) == 2
    receiver.status = 200
    await sim.advance(60)
    await sim.advance(HOUR)
    assert len(receiver.posts) == 3
    assert len({post.body for post in receiver.posts}) == 1
    delivery = (await sim.see("deliveries"))["items"][0]
    assert [one["status"] for one in delivery["attempts"]] == [500, 500, 200]
    assert delivery["state"] == "delivered"


async def test_H10_an_hour_of_failure_unsubscribes_and_what_was_missed_never_comes(sim: Sim, receiver: Receiver) -> None:
    receiver.status = 503
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    await sim.advance(3 * HOUR)
    assert (await sim.get("me/subscribed_apps"))["data"] == []
    receiver.status = 200
    receiver.posts.clear()
    await sim.do("write", customer=CUSTOMER, text="unheard")
    await sim.advance(HOUR)
    assert receiver.posts == []
    await sim.call("POST", "me/subscribed_apps", subscribed_fields="messages,comments")
    await sim.do("write", customer=CUSTOMER, text="heard")
    await sim.flush()
    assert [item["message"]["text"] for item in receiver.items()] == ["heard"]


async def test_H10_can_be_switched_off(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", unsubscribe=False)
    receiver.status = 503
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    await sim.advance(3 * HOUR)
    receiver.status = 200
    await sim.advance(2 * HOUR)
    assert (await sim.see("deliveries"))["items"][0]["state"] == "delivered"


async def test_H12_N4_what_waits_travels_in_one_body_by_account(sim: Sim, receiver: Receiver) -> None:
    await sim.do("accounts", id="17841409876543210", username="other")
    await sim.do("pause")
    for account in (IG, IG, "17841409876543210"):
        await sim.do("write", account=account, customer=CUSTOMER)
    await sim.do("comment", account=IG, customer=CUSTOMER, text="x")
    await sim.do("resume")
    await sim.flush()
    entries = receiver.posts[0].document["entry"]
    assert [(entry["id"], len(entry.get("messaging", entry.get("changes")))) for entry in entries] == [
        (IG, 2),
        ("17841409876543210", 1),
        (IG, 1),
    ]
    assert entries[2]["time"] == entries[0]["time"] // 1000


async def test_H12_a_body_holds_as_many_updates_as_allowed(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", batch_max=7)
    made = await sim.do("history", conversations=5, messages=4, deliver="webhook")
    await sim.flush()
    assert made["messages"] == 20
    assert sorted(len(post.document["entry"][0]["messaging"]) for post in receiver.posts) == [6, 7, 7]


async def test_H13_events_can_be_reordered_and_delayed(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", in_flight=1)
    await sim.do("fault", target="webhook", effect="reorder", count=1)
    await sim.do("write", customer=CUSTOMER, text="first")
    await sim.do("write", customer=CUSTOMER, text="second")
    await sim.do("fault", target="webhook", effect="delay", seconds=30, count=1)
    await sim.do("write", customer=CUSTOMER, text="late")
    await sim.do("write", customer=CUSTOMER, text="fourth")
    await sim.flush()
    await sim.advance(30)
    assert [item["message"]["text"] for item in receiver.items()] == ["second", "first", "fourth", "late"]


async def test_H14_events_can_be_doubled_and_lost(sim: Sim, receiver: Receiver) -> None:
    await sim.do("fault", target="webhook", effect="duplicate", times=2, count=1)
    await sim.do("write", customer=CUSTOMER, text="thrice")
    await sim.do("fault", target="webhook", effect="drop", count=1)
    await sim.do("write", customer=CUSTOMER, text="never")
    await sim.flush()
    assert [item["message"]["text"] for item in receiver.items()] == ["thrice"] * 3


async def test_H15_events_of_other_fields_do_not_come(sim: Sim, receiver: Receiver) -> None:
    await sim.call("POST", "me/subscribed_apps", subscribed_fields="comments")
    await sim.do("write", customer=CUSTOMER)
    await sim.do("comment", customer=CUSTOMER, text="x")
    await sim.flush()
    assert ["field" in item for item in receiver.items()] == [True]


async def test_a_paused_simulator_posts_nothing_until_resumed(sim: Sim, receiver: Receiver) -> None:
    await sim.do("pause")
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    assert receiver.posts == []
    await sim.do("resume")
    await sim.flush()
    assert len(receiver.posts) == 1


async def test_any_body_can_be_posted_with_any_signature(sim: Sim, receiver: Receiver) -> None:
    await sim.do("deliver", body="{not json", signature="sha256=00")
    await sim.flush()
    assert receiver.posts[0].body == b"{not json"
    assert receiver.posts[0].headers["x-hub-signature-256"] == "sha256=00"
