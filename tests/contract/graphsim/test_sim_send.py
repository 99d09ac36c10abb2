"""Families S and W, and L1: what may be sent, when, and what comes of it."""

import json

import pytest
from tests.contract.graphsim.door import CUSTOMER, DAY, IG, Receiver, Sim, refusal

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PDF = b"%PDF-1.4\n" + bytes(200)


async def test_S2_the_message_id_is_the_mid_of_the_echo(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER, text="hi")
    answer = (await sim.send("hello")).json()
    await sim.flush()
    echo = receiver.items()[-1]
    assert answer["recipient_id"] == CUSTOMER
    assert echo["message"] == {"mid": answer["message_id"], "text": "hello", "is_echo": True}
    assert (echo["sender"]["id"], echo["recipient"]["id"]) == (IG, CUSTOMER)


@pytest.mark.parametrize("moment", ["before", "with", "after", "never"])
async def test_S3_the_echo_comes_when_the_account_says(sim: Sim, receiver: Receiver, moment: str) -> None:
    await sim.do("accounts", id=IG, echo=moment)
    await sim.do("write", customer=CUSTOMER, deliver=False)
    await sim.send()
    arrived_before = len(receiver.posts)
    await sim.flush()
    assert len(receiver.posts) == (0 if moment == "never" else 1)
    assert arrived_before == 1 or moment != "before"


async def test_S3_an_echo_may_be_late_by_the_simulated_clock(sim: Sim, receiver: Receiver) -> None:
    await sim.do("accounts", id=IG, echo_delay_ms=30_000)
    await sim.do("write", customer=CUSTOMER, deliver=False)
    await sim.send()
    await sim.flush()
    assert receiver.posts == []
    await sim.advance(31)
    assert len(receiver.posts) == 1


async def test_S1_a_form_with_json_values_is_taken(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    form = {
        "recipient": json.dumps({"id": CUSTOMER}),
        "message": json.dumps({"text": "from a form"}),
        "access_token": "IGAAharbour",
    }
    answer = await sim.client.post(f"{sim.base}/graph.instagram.com/{IG}/messages", data=form)
    assert answer.json()["recipient_id"] == CUSTOMER


async def test_S5_a_text_of_more_than_1000_bytes_is_refused(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    assert (await sim.send("ä" * 500)).status_code == 200
    assert refusal(await sim.send("ä" * 501)) == (100, None)


async def test_S6_text_beside_an_attachment_is_all_that_is_sent(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER)
    attachment = {"type": "image", "payload": {"url": receiver.file(PNG)}}
    assert (await sim.send(message={"text": "see", "attachment": attachment})).status_code == 200
    await sim.flush()
    assert "attachments" not in receiver.items()[-1]["message"]


async def test_S8_an_attachment_is_fetched_and_echoes_with_a_link_to_its_bytes(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER)
    answer = await sim.send(message={"attachment": {"type": "image", "payload": {"url": receiver.file(PNG)}}})
    assert answer.status_code == 200
    await sim.flush()
    shown = receiver.items()[-1]["message"]["attachments"]
    assert [one["type"] for one in shown] == ["image"]
    assert (await sim.client.get(shown[0]["payload"]["url"])).content == PNG


async def test_S8_what_cannot_be_fetched_is_2018008(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    attachment = {"type": "image", "payload": {"url": "http://127.0.0.1:9/nothing.png"}}
    assert refusal(await sim.send(message={"attachment": attachment})) == (100, 2018008)


@pytest.mark.parametrize(
    ("kind", "content", "subcode"),
    [
        ("image", PDF, 2018047),
        ("image", b"\0\0\0\x18ftypheic" + bytes(99), 2534080),
        ("image", PNG + bytes(8 * 1024 * 1024), 2018109),
        ("audio", b"OggS" + bytes(99), 2018047),
        ("file", PNG, 2018047),
    ],
)
async def test_S9_a_file_of_the_wrong_kind_format_or_size_is_refused(
    sim: Sim, receiver: Receiver, kind: str, content: bytes, subcode: int
) -> None:
    await sim.do("write", customer=CUSTOMER)
    attachment = {"type": kind, "payload": {"url": receiver.file(content)}}
    assert refusal(await sim.send(message={"attachment": attachment})) == (100, subcode)


async def test_S10_up_to_ten_images_are_one_message(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER)
    image = {"type": "image", "payload": {"url": receiver.file(PNG)}}
    assert (await sim.send(message={"attachments": [image] * 10})).status_code == 200
    await sim.flush()
    assert len(receiver.items()[-1]["message"]["attachments"]) == 10
    assert refusal(await sim.send(message={"attachments": [image] * 11}))[0] == 100


async def test_S11_a_file_is_uploaded_once_and_sent_by_its_id(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER)
    url = f"{sim.base}/graph.instagram.com/v25.0/{IG}/message_attachments"
    data = {"message": json.dumps({"attachment": {"type": "image", "payload": {"is_reusable": True}}})}
    files = {"filedata": ("menu.png", PNG, "image/png")}
    made = await sim.client.post(url, params={"access_token": "IGAAharbour"}, data=data, files=files)
    attachment = {"type": "image", "payload": {"attachment_id": made.json()["attachment_id"]}}
    assert (await sim.send(message={"attachment": attachment})).status_code == 200
    await sim.flush()
    shown = receiver.items()[-1]["message"]["attachments"][0]
    assert (await sim.client.get(shown["payload"]["url"])).content == PNG
    attachment = {"type": "image", "payload": {"attachment_id": "12"}}
    assert refusal(await sim.send(message={"attachment": attachment})) == (100, 2018074)


async def test_S12_a_post_of_ours_and_a_heart_can_be_sent(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER, deliver=False)
    post = (await sim.get("me/media"))["data"][0]["id"]
    assert (await sim.send(message={"attachment": {"type": "MEDIA_SHARE", "payload": {"id": post}}})).status_code == 200
    assert (await sim.send(message={"attachment": {"type": "like_heart"}})).status_code == 200
    await sim.flush()
    shown = [item["message"]["attachments"][0] for item in receiver.items()]
    assert sorted(one["type"] for one in shown) == ["ig_post", "like_heart"]
    assert refusal(await sim.send(message={"attachment": {"type": "MEDIA_SHARE", "payload": {"id": "1"}}})) == (100, 33)


async def test_S7_an_attachment_needs_a_known_type_and_a_source(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    assert refusal(await sim.send(message={"attachment": {"type": "image", "payload": {}}})) == (100, 2534015)
    assert refusal(await sim.send(message={"attachment": {"type": "hologram", "payload": {"url": "x"}}})) == (100, 2534015)
    assert refusal(await sim.send(message={})) == (100, 2534015)


async def test_S13_N46_a_reaction_has_no_mid_and_no_echo(sim: Sim, receiver: Receiver) -> None:
    mid = (await sim.do("write", customer=CUSTOMER, deliver=False))["mid"]
    action = {"sender_action": "react", "payload": {"message_id": mid, "reaction": "love"}}
    answer = await sim.call("POST", "me/messages", body={"recipient": {"id": CUSTOMER}, **action})
    assert answer.json() == {"recipient_id": CUSTOMER}
    await sim.flush()
    assert receiver.posts == []
    assert (await sim.get(mid, fields="reactions"))["reactions"]["data"][0]["reaction"] == "❤️"


async def test_S14_a_sender_action_stands_alone(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    body = {"recipient": {"id": CUSTOMER}, "sender_action": "typing_on"}
    assert (await sim.call("POST", "me/messages", body=body)).json() == {"recipient_id": CUSTOMER}
    assert refusal(await sim.call("POST", "me/messages", body={**body, "message": {"text": "x"}})) == (100, 2018014)


async def test_S15_an_inline_reply_echoes_its_parent(sim: Sim, receiver: Receiver) -> None:
    mid = (await sim.do("write", customer=CUSTOMER))["mid"]
    await sim.send("answer", reply_to={"mid": mid})
    await sim.flush()
    assert receiver.items()[-1]["message"]["reply_to"]["mid"] == mid


async def test_S16_quick_replies_need_a_text_and_are_thirteen_at_most(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    reply = {"content_type": "text", "title": "Hours", "payload": "H"}
    assert (await sim.send(message={"text": "?", "quick_replies": [reply] * 13})).status_code == 200
    assert refusal(await sim.send(message={"text": "?", "quick_replies": [reply] * 14}))[0] == 100
    phone = {"content_type": "user_phone_number"}
    assert refusal(await sim.send(message={"text": "?", "quick_replies": [phone]}))[0] == 100


async def test_S17_a_template_is_checked_and_echoes_as_elements(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER)
    element = {"title": "Rye", "subtitle": "4.20"}
    template = {"type": "template", "payload": {"template_type": "generic", "elements": [element]}}
    assert (await sim.send(message={"attachment": template})).status_code == 200
    await sim.flush()
    assert receiver.items()[-1]["message"]["attachments"][0]["payload"] == {"generic": {"elements": [element]}}
    template = {"type": "template", "payload": {"template_type": "generic", "elements": [{"title": "alone"}]}}
    assert refusal(await sim.send(message={"attachment": template}))[0] == 100


async def test_S18_a_comment_has_one_private_reply_within_seven_days(sim: Sim) -> None:
    comment = await sim.do("comment", customer=CUSTOMER, text="price?")
    body = {"recipient": {"comment_id": comment["id"]}, "message": {"text": "12"}}
    answer = await sim.call("POST", "me/messages", body=body)
    assert answer.json()["recipient_id"] == CUSTOMER
    assert refusal(await sim.call("POST", "me/messages", body=body)) == (100, 2534025)
    old = await sim.do("comment", customer=CUSTOMER, text="and now?")
    await sim.advance(7 * DAY + 1)
    body["recipient"] = {"comment_id": old["id"]}
    assert refusal(await sim.call("POST", "me/messages", body=body)) == (100, 2534025)


async def test_S19_an_unknown_recipient_is_2018001_and_an_account_2534014(sim: Sim) -> None:
    assert refusal(await sim.send(to="2291834475610028")) == (100, 2018001)
    assert refusal(await sim.send(to=IG)) == (100, 2534014)


async def test_S20_who_blocked_the_account_is_unavailable(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("customers", id=CUSTOMER, blocked=True)
    assert refusal(await sim.send()) == (551, 1545041)


async def test_S21_a_node_that_is_not_the_tokens_is_100_33(sim: Sim) -> None:
    body = {"recipient": {"id": CUSTOMER}, "message": {"text": "x"}}
    assert refusal(await sim.call("POST", "17841400000000001/messages", body=body)) == (100, 33)


async def test_S22_writing_to_oneself_needs_no_window(sim: Sim, receiver: Receiver) -> None:
    account = (await sim.see("accounts"))["items"][0]
    assert (await sim.send(to=account["self_igsid"])).status_code == 200
    await sim.flush()
    assert receiver.items()[-1]["message"]["is_self"] is True


async def test_W1_the_window_closes_24_hours_after_the_last_message(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.advance(DAY - 1)
    assert (await sim.send()).status_code == 200
    await sim.advance(1)
    answer = await sim.send()
    assert answer.status_code == 403
    assert refusal(answer) == (10, 2534022)


async def test_W2_W8_human_agent_tag_allows_replies_for_seven_days(sim: Sim) -> None:
    await sim.do("accounts", id=IG, human_agent=True)
    await sim.do("write", customer=CUSTOMER)
    await sim.advance(2 * DAY)
    assert refusal(await sim.send()) == (10, 2534022)
    assert (await sim.send(messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")).status_code == 200
    assert (await sim.send(tag="HUMAN_AGENT")).status_code == 200
    await sim.advance(5 * DAY)
    assert refusal(await sim.send(tag="HUMAN_AGENT")) == (10, 2534022)


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("write", {"attachments": ["story_mention"]}),
        ("write", {"unsupported": True}),
        ("postback", {}),
        ("referral", {}),
    ],
)
async def test_W3_every_opening_action_opens_the_window(sim: Sim, act: str, body: dict[str, object]) -> None:
    await sim.do(act, customer=CUSTOMER, **body)
    assert (await sim.send()).status_code == 200


async def test_W4_W5_comments_reactions_and_reading_open_nothing(sim: Sim) -> None:
    mid = (await sim.do("write", customer=CUSTOMER))["mid"]
    await sim.send()
    await sim.advance(DAY)
    await sim.do("comment", customer=CUSTOMER, text="x")
    await sim.do("react", mid=mid)
    await sim.do("seen", customer=CUSTOMER)
    await sim.do("edit", mid=mid, text="y")
    await sim.do("unsend", mid=mid)
    assert refusal(await sim.send()) == (10, 2534022)


async def test_W6_the_facebook_flavour_refuses_with_its_own_subcode(sim: Sim) -> None:
    await sim.do("accounts", id=IG, page_token="EAApage")
    await sim.do("write", customer=CUSTOMER)
    body = {"recipient": {"id": CUSTOMER}, "message": {"text": "x"}}
    facebook = {"host": "graph.facebook.com", "token": "EAApage"}
    assert (await sim.call("POST", "me/messages", body=body, **facebook)).status_code == 200
    await sim.advance(DAY)
    answer = await sim.call("POST", "me/messages", body=body, **facebook)
    assert (answer.status_code, refusal(answer)) == (400, (10, 2018278))


async def test_W7_the_tag_without_the_feature_is_10_without_subcode(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    assert refusal(await sim.send(tag="HUMAN_AGENT")) == (10, None)


async def test_W9_retired_tags_are_100(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    assert refusal(await sim.send(messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE")) == (100, None)


async def test_W10_a_commenter_cannot_be_written_to(sim: Sim) -> None:
    await sim.do("comment", customer=CUSTOMER, text="hey")
    assert refusal(await sim.send()) == (10, 2534022)


async def test_W11_the_window_counts_from_the_time_of_the_message(sim: Sim) -> None:
    now = (await sim.see("clock"))["epoch_ms"]
    await sim.do("write", customer=CUSTOMER, at=now - 2 * DAY * 1000)
    assert refusal(await sim.send()) == (10, 2534022)


async def test_L1_too_many_sends_in_a_second_are_613(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("settings", limits=True)
    answers = [await sim.send(f"{number}") for number in range(101)]
    assert [answer.status_code for answer in answers[:100]] == [200] * 100
    assert refusal(answers[100]) == (613, None)
    await sim.advance(1)
    assert (await sim.send()).status_code == 200


async def test_the_log_of_sends_tells_recipient_text_and_mid(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    mid = (await sim.send("once")).json()["message_id"]
    found = await sim.see("sends", after=0, wait_s=1)
    assert [(one["recipient"], one["text"], one["mid"]) for one in found["items"]] == [(CUSTOMER, "once", mid)]
    assert (await sim.see("sends", after=found["next"]))["items"] == []
    assert (await sim.see("sends/counts"))["by_recipient"] == {CUSTOMER: 1}
