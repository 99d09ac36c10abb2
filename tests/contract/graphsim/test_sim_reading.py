"""Families C, P, T, E, K, L and M: what can be read, by whom, and what is refused."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.contract.graphsim.door import CUSTOMER, DAY, IG, TOKEN, USERNAME, Sim, refusal


async def test_C1_C7_conversations_come_newest_first_in_pages(sim: Sim) -> None:
    made = (await sim.do("history", conversations=5, messages=2))["customers"]
    first = await sim.get("me/conversations", platform="instagram", limit=2, fields="participants,updated_time")
    assert len(first["data"]) == 2
    following = urlsplit(first["paging"]["next"])
    assert parse_qs(following.query)["access_token"] == [TOKEN]
    found = list(first["data"])
    after = first["paging"]["cursors"]["after"]
    while after:
        page = await sim.get("me/conversations", platform="instagram", limit=2, after=after, fields="participants,updated_time")
        found += page["data"]
        after = page["paging"]["cursors"]["after"] if "next" in page["paging"] else None
    times = [one["updated_time"] for one in found]
    assert times == sorted(times, reverse=True)
    assert {one["participants"]["data"][1]["id"] for one in found} == set(made)


async def test_C1_facebook_lists_instagram_only_when_asked(sim: Sim) -> None:
    await sim.do("accounts", id=IG, page_token="EAApage")
    await sim.do("write", customer=CUSTOMER)
    facebook = {"host": "graph.facebook.com", "token": "EAApage"}
    assert (await sim.get("me/conversations", **facebook))["data"] == []
    assert len((await sim.get("me/conversations", platform="instagram", **facebook))["data"]) == 1


async def test_C2_C3_a_conversation_is_found_by_its_participant(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER)
    found = await sim.get("me/conversations", platform="instagram", user_id=CUSTOMER)
    assert [(one["id"], set(one)) for one in found["data"]] == [(made["conversation"], {"id", "updated_time"})]
    assert (await sim.get("me/conversations", platform="instagram", user_id="22"))["data"] == []


async def test_C4_messages_are_read_nested_or_by_their_edge_newest_first(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER, text="one")
    sent = (await sim.send("two")).json()
    nested = await sim.get(made["conversation"], fields="messages{id,message,from,to,created_time}")
    edge = await sim.get(f"{made['conversation']}/messages", fields="id,message,from,to,created_time")
    assert nested["messages"]["data"] == edge["data"]
    assert [(one["id"], one["message"]) for one in edge["data"]] == [(sent["message_id"], "two"), (made["mid"], "one")]
    assert edge["data"][0]["from"] == {"username": USERNAME, "id": IG}
    assert edge["data"][0]["to"]["data"][0]["id"] == CUSTOMER


async def test_C6_only_the_twenty_newest_messages_have_details(sim: Sim) -> None:
    mids = [(await sim.do("write", customer=CUSTOMER, text=f"{number}"))["mid"] for number in range(22)]
    conversation = (await sim.get("me/conversations", platform="instagram", user_id=CUSTOMER))["data"][0]["id"]
    listed = (await sim.get(f"{conversation}/messages", fields="message", limit=50))["data"]
    assert [one["id"] for one in listed] == mids[::-1]
    assert ["message" in one for one in listed] == [True] * 20 + [False] * 2
    assert refusal(await sim.call("GET", mids[0], fields="message")) == (100, 9000001)


async def test_C15_messages_come_with_the_list_unless_they_are_too_many(sim: Sim) -> None:
    await sim.do("history", conversations=4, messages=5)
    fields = "id,messages.limit(20){id,message}"
    listed = await sim.get("me/conversations", platform="instagram", fields=fields)
    assert [len(one["messages"]["data"]) for one in listed["data"]] == [5, 5, 5, 5]
    await sim.do("settings", most_messages=12)
    refused = await sim.call("GET", "me/conversations", platform="instagram", fields=fields)
    assert (refused.status_code, refused.json()["error"]["code"]) == (500, 1)
    assert len((await sim.get("me/conversations", platform="instagram", fields=fields, limit=2))["data"]) == 2


async def test_C16_what_is_listed_may_be_odd_and_its_neighbours_are_not(sim: Sim) -> None:
    odd, good = [await sim.do("write", customer=one, text="hello") for one in (CUSTOMER, "1087654321098766")]
    await sim.do("odd", customer=CUSTOMER, fields={"participants": None, "updated_time": "soon"})
    await sim.do("odd", mid=odd["mid"], fields={"reactions": None, "id": None})
    fields = "id,updated_time,participants{id},messages{id,message,reactions}"
    listed = (await sim.get("me/conversations", platform="instagram", fields=fields))["data"]
    found = {one["id"]: one for one in listed}
    shown = found[odd["conversation"]]
    assert (shown["participants"], shown["updated_time"]) == (None, "soon")
    assert shown["messages"]["data"] == [{"id": None, "message": "hello", "reactions": None}]
    assert found[good["conversation"]]["messages"]["data"] == [{"id": good["mid"], "message": "hello"}]


async def test_C8_times_are_iso_to_the_second(sim: Sim) -> None:
    mid = (await sim.do("write", customer=CUSTOMER))["mid"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", (await sim.get(mid))["created_time"])


async def test_C9_attachments_have_another_form_than_in_webhooks(sim: Sim) -> None:
    mid = (await sim.do("write", customer=CUSTOMER, attachments=["image", "video", "audio"]))["mid"]
    found = await sim.get(mid, fields="message,attachments")
    assert found["message"] == ""
    image, video, audio = found["attachments"]["data"]
    assert image["image_data"]["url"].startswith(sim.base)
    assert video["video_data"]["url"].startswith(sim.base)
    assert set(audio) == {"id", "mime_type", "name", "size", "file_url"}


async def test_C10_the_link_of_a_story_is_empty_after_a_day(sim: Sim) -> None:
    mid = (await sim.do("write", customer=CUSTOMER, attachments=["story_mention"]))["mid"]
    assert (await sim.get(mid, fields="story"))["story"]["mention"]["link"].startswith(sim.base)
    await sim.advance(DAY)
    assert (await sim.get(mid, fields="story"))["story"]["mention"]["link"] == ""


async def test_C11_an_unsent_message_cannot_be_read(sim: Sim) -> None:
    mid = (await sim.do("write", customer=CUSTOMER))["mid"]
    await sim.do("unsend", mid=mid)
    assert refusal(await sim.call("GET", mid)) == (100, 9000001)


async def test_C12_silent_requests_are_not_listed_after_thirty_days(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER, request=True)
    await sim.advance(31 * DAY)
    assert (await sim.get("me/conversations", platform="instagram"))["data"] == []
    assert len((await sim.get("me/conversations", platform="instagram", user_id=CUSTOMER))["data"]) == 1


async def test_C14_two_calls_a_second(sim: Sim) -> None:
    await sim.do("settings", limits=True)
    answers = [await sim.call("GET", "me/conversations", platform="instagram") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert refusal(answers[2]) == (613, None)


async def test_C13_reading_marks_nothing_and_sending_does(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER, request=True)
    conversation = (await sim.get("me/conversations", platform="instagram", fields="unread_count,can_reply"))["data"][0]
    assert (conversation["unread_count"], conversation["can_reply"]) == (1, True)
    await sim.send()
    assert (await sim.get(conversation["id"], fields="unread_count"))["unread_count"] == 0


async def test_P7_a_new_username_leaves_the_igsid(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER, username="ada.bakes")
    await sim.do("customers", id=CUSTOMER, username="ada.breads")
    assert await sim.get(CUSTOMER, fields="username") == {"username": "ada.breads", "id": CUSTOMER}


async def test_P1_a_profile_has_the_fields_asked_for_and_its_id(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER, name="Ada", username="ada.bakes")
    found = await sim.get(CUSTOMER, fields="name,username,profile_pic,follower_count")
    assert (found["id"], found["name"], found["username"]) == (CUSTOMER, "Ada", "ada.bakes")
    assert refusal(await sim.call("GET", CUSTOMER, fields="shoe_size")) == (100, None)


async def test_P2_values_may_be_missing(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("customers", id=CUSTOMER, hidden_fields=["name"], no_picture=True)
    assert set(await sim.get(CUSTOMER, fields="name,username,profile_pic")) == {"id", "username"}


async def test_P3_a_commenters_profile_is_230(sim: Sim) -> None:
    await sim.do("comment", customer=CUSTOMER, text="x")
    assert refusal(await sim.call("GET", CUSTOMER, fields="name")) == (230, None)


async def test_P4_nobody_is_9010(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("customers", id=CUSTOMER, gone=True)
    assert refusal(await sim.call("GET", CUSTOMER, fields="name")) == (9010, None)
    assert refusal(await sim.call("GET", "2291834475610028", fields="name")) == (9010, None)


async def test_P5_who_blocked_the_account_is_100_33(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("customers", id=CUSTOMER, blocked=True)
    assert refusal(await sim.call("GET", CUSTOMER, fields="name")) == (100, 33)


async def test_P6_a_picture_dies_after_four_and_a_half_days(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    link = (await sim.get(CUSTOMER, fields="profile_pic"))["profile_pic"]
    alive = await sim.client.get(link)
    assert (alive.status_code, alive.headers["content-type"]) == (200, "image/png")
    assert int(parse_qs(urlsplit(link).query)["oe"][0], 16) > 1_793_610_000
    await sim.advance(5 * DAY)
    assert (await sim.client.get(link)).status_code == 403


async def test_T8_user_id_of_me_is_the_igid_and_id_is_not(sim: Sim) -> None:
    me = await sim.get("me", fields="id,user_id,username,account_type")
    assert (me["user_id"], me["username"], me["account_type"]) == (IG, USERNAME, "BUSINESS")
    assert me["id"] != IG
    await sim.do("accounts", id=IG, wrapped_me=True)
    assert (await sim.get("me", fields="user_id"))["data"][0]["user_id"] == IG


async def test_T9_no_token_is_104_and_a_foreign_one_190(sim: Sim) -> None:
    assert refusal(await sim.call("GET", "me", token=None)) == (104, None)
    assert refusal(await sim.call("GET", "me", token="IGAAnobody")) == (190, None)
    assert refusal(await sim.call("GET", "me", host="graph.facebook.com")) == (190, None)


async def test_T16_messages_through_the_igid_on_facebook_are_code_3(sim: Sim) -> None:
    await sim.do("accounts", id=IG, page_token="EAApage")
    answer = await sim.call("POST", f"{IG}/messages", host="graph.facebook.com", token="EAApage", body={})
    assert refusal(answer) == (3, None)


@pytest.mark.parametrize("query", [{"ids": "1,2"}, {"date_format": "U"}])
async def test_T18_removed_parameters_are_errors(sim: Sim, query: dict[str, str]) -> None:
    assert refusal(await sim.call("GET", "me", **query)) == (100, None)


async def test_E1_E3_an_error_has_metas_envelope_and_escapes(sim: Sim) -> None:
    answer = await sim.call("GET", "nowhere/at/all")
    error = answer.json()["error"]
    assert list(error) == ["message", "type", "code", "fbtrace_id"]
    assert rb"\/nowhere\/at\/all" in answer.content
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert error["code"] == 2500


async def test_K1_posts_are_listed_newest_first_without_stories(sim: Sim) -> None:
    story = await sim.do("posts", product_type="STORY")
    post = await sim.do("posts", caption="New!")
    found = (await sim.get("me/media", fields="id,caption,timestamp,thumbnail_url,permalink"))["data"]
    assert found[0]["caption"] == "New!"
    assert story["id"] not in [one["id"] for one in found]
    assert "thumbnail_url" not in await sim.get(post["id"], fields="thumbnail_url")


async def test_K8_a_mention_is_answered_on_anothers_post(sim: Sim) -> None:
    made = await sim.do("mention", customer=CUSTOMER)
    answer = await sim.call("POST", f"{IG}/mentions", media_id=made["media"], comment_id=made["id"], message="thanks!")
    assert (await sim.get(answer.json()["id"], fields="text"))["text"] == "thanks!"
    assert refusal(await sim.call("POST", f"{IG}/mentions", media_id="1", message="x")) == (10, None)


async def test_K9_a_comment_has_its_time_only_when_read(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="x", at="2026-11-01T10:00:00Z")
    assert (await sim.get(made["id"], fields="timestamp"))["timestamp"] == "2026-11-01T10:00:00+0000"


async def test_K2_K3_K5_comments_are_listed_answered_hidden_and_deleted(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="price?")
    reply = (await sim.call("POST", f"{made['id']}/replies", message="12")).json()["id"]
    fields = "id,text,from,replies{id,text,from}"
    listed = (await sim.get(f"{made['media']}/comments", fields=fields))["data"]
    assert listed[0]["from"]["id"] == CUSTOMER
    assert [one["id"] for one in listed[0]["replies"]["data"]] == [reply]
    assert (await sim.call("POST", made["id"], hide="true")).json() == {"success": True}
    assert (await sim.get(made["id"], fields="hidden"))["hidden"] is True
    assert refusal(await sim.call("POST", f"{made['id']}/replies", message="x"))[0] == 100
    assert (await sim.call("DELETE", made["id"])).json() == {"success": True}
    assert (await sim.get(f"{made['media']}/comments"))["data"] == []


async def test_K4_a_reply_to_a_reply_hangs_on_the_top_level_comment(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="price?")
    reply = await sim.do("comment", customer=CUSTOMER, text="hello?", parent=made["id"])
    answer = (await sim.call("POST", f"{reply['id']}/replies", message="12")).json()["id"]
    assert (await sim.get(answer, fields="parent_id"))["parent_id"] == made["id"]


async def test_K6_comments_on_anothers_media_are_not_ours_to_delete(sim: Sim) -> None:
    made = await sim.do("mention", customer=CUSTOMER)
    assert refusal(await sim.call("DELETE", made["id"])) == (100, 33)


async def test_K7_a_mention_is_read_through_the_account(sim: Sim) -> None:
    made = await sim.do("mention", customer=CUSTOMER, text="@harbour.bakery look")
    fields = f"mentioned_comment.comment_id({made['id']}){{id,text,username}}"
    found = (await sim.get(IG, fields=fields))["mentioned_comment"]
    assert (found["id"], found["text"]) == (made["id"], "@harbour.bakery look")
    answer = await sim.call("GET", IG, fields="mentioned_comment.comment_id(1){id}")
    assert refusal(answer) == (10, None)


async def test_L4_L5_L7_a_used_up_budget_is_80002(sim: Sim) -> None:
    await sim.do("accounts", id=IG, daily_calls=2, usage_headers=True)
    first = await sim.call("GET", "me")
    assert json.loads(first.headers["x-business-use-case-usage"])[IG][0]["call_count"] == 50
    await sim.call("GET", "me")
    assert refusal(await sim.call("GET", "me")) == (80002, 2446079)
    await sim.advance(DAY)
    assert (await sim.call("GET", "me")).status_code == 200


async def test_M1_M9_a_link_dies_and_reading_again_gives_a_new_one(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER, attachments=["image"])
    link = made["attachments"][0]["payload"]["url"]
    picture = await sim.client.get(link)
    assert picture.content.startswith(b"\x89PNG")
    assert 15_000 < len(picture.content) < 90_000
    await sim.do("files", mid=made["mid"], expire=True)
    assert (await sim.client.get(link)).status_code == 403
    fresh = (await sim.get(made["mid"], fields="attachments"))["attachments"]["data"][0]["image_data"]["url"]
    assert (await sim.client.get(fresh)).content == picture.content


async def test_M2_an_unsend_kills_the_links(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER, attachments=["video"])
    link = made["attachments"][0]["payload"]["url"]
    assert (await sim.client.get(link)).content[4:8] == b"ftyp"
    await sim.do("unsend", mid=made["mid"])
    assert (await sim.client.get(link)).status_code == 403


async def test_M3_a_storys_link_dies_after_a_day(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER, attachments=["story_mention"])
    link = made["attachments"][0]["payload"]["url"]
    assert (await sim.client.get(link)).status_code == 200
    await sim.advance(DAY)
    assert (await sim.client.get(link)).status_code == 403


@pytest.mark.parametrize(
    ("answer", "status", "content_type"),
    [("404", 404, "text/html"), ("410", 410, "text/html"), ("html", 200, "text/html"), ("wrong_type", 200, "text/html")],
)
async def test_M1_a_link_may_answer_oddly(sim: Sim, answer: str, status: int, content_type: str) -> None:
    made = await sim.do("write", customer=CUSTOMER, attachments=[{"type": "image", "answer": answer}])
    found = await sim.client.get(made["attachments"][0]["payload"]["url"])
    assert found.status_code == status
    assert found.headers["content-type"].startswith(content_type)


async def test_M4_a_link_may_redirect(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER, attachments=[{"type": "audio", "answer": "redirect"}])
    found = await sim.client.get(made["attachments"][0]["payload"]["url"])
    assert found.status_code == 302
    assert (await sim.client.get(found.headers["location"])).content[:4] == b"RIFF"


async def test_K19_S18_a_broadcast_is_listed_while_it_goes_on_and_answered_in_private_until_then(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="hello", live=True)
    assert [one["id"] for one in (await sim.get(f"{IG}/live_media", fields="id"))["data"]] == [made["media"]]
    assert refusal(await sim.call("POST", f"{made['id']}/replies", message="hi"))[0] == 100
    await sim.do("end-broadcast", media=made["media"])
    assert (await sim.get(f"{IG}/live_media", fields="id"))["data"] == []
    body = {"recipient": {"comment_id": made["id"]}, "message": {"text": "hi"}}
    assert refusal(await sim.call("POST", f"{IG}/messages", body=body)) == (100, 2534025)


async def test_K13_only_facebooks_login_likes_with_its_permission(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="lovely")
    assert refusal(await sim.call("POST", f"{IG}/likes", comment_id=made["id"]))[0] == 2500
    await sim.do("accounts", id=IG, page_token="EAApage")
    likes = {"host": "graph.facebook.com", "token": "EAApage", "comment_id": made["id"]}
    assert refusal(await sim.call("POST", f"{IG}/likes", **likes)) == (10, None)
    await sim.do("tokens", action="scopes", token="EAApage", scopes=["instagram_manage_engagement"])
    assert (await sim.call("POST", f"{IG}/likes", **likes)).json() == {"success": True}
    assert (await sim.call("DELETE", f"{IG}/likes", **likes)).json() == {"success": True}


async def test_K14_K17_comments_are_switched_off_and_have_a_length(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="x")
    assert refusal(await sim.call("POST", f"{made['id']}/replies", message="x" * 2201))[0] == 100
    assert (await sim.call("POST", made["media"], comment_enabled="false")).json() == {"success": True}
    assert refusal(await sim.call("POST", f"{made['id']}/replies", message="x"))[0] == 100
    live = await sim.do("comment", customer=CUSTOMER, text="x", live=True)
    assert refusal(await sim.call("POST", live["media"], comment_enabled="false"))[0] == 100


async def test_K15_K16_edits_deletions_and_filters_are_told_to_nobody(sim: Sim) -> None:
    made = await sim.do("comment", customer=CUSTOMER, text="x")
    told = len((await sim.see("deliveries"))["items"])
    await sim.do("recomment", id=made["id"], text="y", filtered=True)
    assert (await sim.get(made["id"], fields="text"))["text"] == "y"
    assert (await sim.get(f"{made['media']}/comments"))["data"] == []
    await sim.do("recomment", id=made["id"], deleted=True)
    assert refusal(await sim.call("GET", made["id"], fields="text")) == (100, 33)
    assert len((await sim.see("deliveries"))["items"]) == told


async def test_K18_anothers_media_is_not_instagrams_login_to_read(sim: Sim) -> None:
    made = await sim.do("mention", customer=CUSTOMER)
    assert refusal(await sim.call("GET", made["media"], fields="caption")) == (100, 33)
    mine = await sim.do("comment", customer=CUSTOMER, text="x")
    assert "owner" in await sim.get(mine["media"], fields="owner")
