"""Comments and mentions, all the way to Instagram and back. Rules CM1-CM20 and CG1-CG11, on the simulator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from confab.accounts import connect, vault
from confab.clock import Clock
from confab.model.inbox import IgId
from confab.store.db import Doors
from tests.stack import Stack, stack, until

ADA = "1087654321098765"


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


@pytest.fixture
async def impatient_shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """One that gives up a call soon: for answers that are meant to be lost."""
    async with stack(doors, clock=clock, send_timeout_s=0.5) as running:
        yield running


async def said(shop: Stack, text: str | None = "Do you ship to Dundee?", **more: Any) -> dict[str, Any]:
    """Somebody has commented, and it is here."""
    answer = await shop.sim.post("/comment", json={"account": shop.ig_id, "customer": ADA, "text": text, **more})
    assert answer.status_code == 200, answer.text
    made = answer.json()

    async def here() -> dict[str, Any] | None:
        return next((one for one in await listed(shop) if one["ig_id"] == made["id"]), None)

    return await until(here)


async def listed(shop: Stack, **filters: Any) -> list[dict[str, Any]]:
    return (await shop.api.get("/comments", params=filters)).json()["items"]


async def thread(shop: Stack, comment: str) -> dict[str, Any]:
    return (await shop.api.get(f"/comments/{comment}")).json()


async def seen(shop: Stack, comment: str, **wanted: Any) -> dict[str, Any]:
    """The comment, as soon as it is so."""

    async def look() -> dict[str, Any] | None:
        found = (await thread(shop, comment))["comment"]
        return found if all(found[name] == value for name, value in wanted.items()) else None

    return await until(look)


async def reply(shop: Stack, comment: str, text: str = "Yes, two days.", key: str | None = None) -> dict[str, Any]:
    answer = await shop.api.post(f"/comments/{comment}/reply", json={"client_key": key or text, "text": text})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def moderate(shop: Stack, comment: str, what: str) -> dict[str, Any]:
    answer = await shop.api.post(f"/comments/{comment}/moderation", json={"what": what})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def at_meta(shop: Stack) -> list[dict[str, Any]]:
    """What stands at Instagram."""
    return (await shop.sim.get("/comments")).json()["items"]


async def changes_silently(shop: Stack, comment: dict[str, Any], **how: Any) -> None:
    answer = await shop.sim.post("/recomment", json={"id": comment["ig_id"], **how})
    assert answer.status_code == 200, answer.text


async def looked_at(shop: Stack, *comments: dict[str, Any]) -> None:
    answer = await shop.api.post("/comments/look", json={"ids": [one["id"] for one in comments]})
    assert answer.status_code == 204, answer.text


async def calls(shop: Stack, endpoint: str) -> int:
    found = (await shop.sim.get("/stats")).json()["calls_by_account"]
    return found.get(shop.ig_id, {}).get(endpoint, {"calls": 0})["calls"]


async def synced(shop: Stack) -> dict[str, Any]:
    (account,) = (await shop.api.get("/accounts")).json()["items"]
    run = (await shop.api.post(f"/accounts/{account['id']}/sync", json={"what": "comments"})).json()

    async def over() -> dict[str, Any] | None:
        found = (await shop.api.get(f"/runs/{run['id']}")).json()
        return found if found["state"] in ("done", "failed") else None

    return await until(over)


async def test_CM1_CM2_a_comment_stands_under_its_post_with_picture_and_caption(shop: Stack) -> None:
    comment = await said(shop)
    assert comment["text"] == "Do you ship to Dundee?"

    async def pictured() -> dict[str, Any] | None:
        post = (await thread(shop, comment["id"]))["post"]
        return post if post is not None and post["picture_url"] is not None else None

    post = await until(pictured)
    assert post["is_own"] is True
    assert post["caption"]
    assert post["permalink"].startswith("https://www.instagram.com/p/")
    picture = await shop.api.get(f"{shop.url}{post['picture_url']}")
    assert (picture.status_code, picture.headers["content-type"][:6]) == (200, "image/")
    (talked,) = (await shop.api.get("/posts", params={"view": "open"})).json()["items"]
    assert (talked["post"]["id"], talked["open"]) == (post["id"], 1)


async def test_CM6_a_public_answer_is_one_comment_whoever_tells_of_it_first(shop: Stack) -> None:
    comment = await said(shop)
    made = await reply(shop, comment["id"])
    assert (made["status"], made["is_own"], made["ig_id"], made["written_by"]) == ("queued", True, None, "Dana")
    again = await reply(shop, comment["id"])
    assert again["id"] == made["id"]
    sent = await seen(shop, made["id"], status="sent")
    await shop.sim.post("/flush")
    under = (await thread(shop, comment["id"]))["replies"]
    assert [(one["ig_id"], one["text"]) for one in under] == [(sent["ig_id"], "Yes, two days.")]
    above = (await thread(shop, comment["id"]))["comment"]
    assert (above["done_by"], above["done_at"] is not None) == ("Dana", True)
    assert await listed(shop, view="open") == []


async def test_CM7_hiding_is_shown_at_once_and_done_at_instagram(shop: Stack) -> None:
    comment = await said(shop)
    hidden = await moderate(shop, comment["id"], "hide")
    assert (hidden["hidden"], hidden["pending"]) == (True, "hide")
    await seen(shop, comment["id"], hidden=True, pending=None, error=None)
    assert [one["id"] for one in await listed(shop, view="hidden")] == [comment["id"]]
    refused = await shop.api.post(f"/comments/{comment['id']}/reply", json={"client_key": "k", "text": "x"})
    assert (refused.status_code, refused.json()["rule"], refused.json()["code"]) == (409, "CG3", "comment_hidden")
    await moderate(shop, comment["id"], "unhide")
    await seen(shop, comment["id"], hidden=False, pending=None)


async def test_CM8_what_instagram_refuses_is_taken_back_with_its_words(shop: Stack) -> None:
    comment = await said(shop)
    await shop.fault(target="comments", effect="error", code=200, status=403, message="(#200) Permissions error")
    await moderate(shop, comment["id"], "hide")
    refused = await seen(shop, comment["id"], hidden=False, pending=None)
    assert refused["error"] is not None


async def test_CM4_a_comment_that_we_delete_keeps_who_and_when_and_loses_its_words(shop: Stack) -> None:
    comment = await said(shop)
    await moderate(shop, comment["id"], "delete")
    gone = await seen(shop, comment["id"], pending=None, text=None)
    assert gone["deleted_at"] is not None
    assert gone["author"]["username"] is not None
    assert await at_meta(shop) == []


async def test_CM3_CM20_an_edit_is_seen_when_the_comment_is_shown_and_read_once_however_many_look(
    shop: Stack, clock: Clock
) -> None:
    comment = await said(shop)
    await changes_silently(shop, comment, text="Do you ship to Leith?")
    for _ in range(3):
        await looked_at(shop, comment)
    edited = await seen(shop, comment["id"], text="Do you ship to Leith?")
    assert edited["edited_at"] is not None
    assert await calls(shop, "GET /{comment}") == 1
    await changes_silently(shop, comment, text="Or to Perth?")
    clock.ahead += timedelta(minutes=11)
    await looked_at(shop, comment)
    await seen(shop, comment["id"], text="Or to Perth?")


async def test_CM4_what_its_author_deleted_keeps_no_words_anywhere_that_a_team_reads(shop: Stack) -> None:
    comment = await said(shop, "my address is 1 Quay Street")
    await changes_silently(shop, comment, deleted=True)
    await looked_at(shop, comment)
    gone = await seen(shop, comment["id"], text=None)
    assert gone["deleted_at"] is not None
    feed = (await shop.api.get("/changes", params={"after": 0})).json()
    assert "Quay Street" not in str(feed)
    refused = await shop.api.post(f"/comments/{comment['id']}/reply", json={"client_key": "k", "text": "x"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "CG2")


async def test_CM5_CM17_a_run_finds_what_no_webhook_told_and_takes_nothing_for_gone_that_a_filter_holds_back(
    shop: Stack,
) -> None:
    first = await said(shop, "first")
    held, gone = await said(shop, "held"), await said(shop, "gone")
    silent = (await shop.sim.post("/comment", json={"account": shop.ig_id, "text": "silent", "deliver": False})).json()
    under = {"account": shop.ig_id, "text": "below", "parent": first["ig_id"], "deliver": False}
    await shop.sim.post("/comment", json=under)
    await changes_silently(shop, first, text="first, edited")
    await changes_silently(shop, held, filtered=True)
    await changes_silently(shop, gone, deleted=True)
    run = await synced(shop)
    assert (run["state"], run["comments_new"]) == ("done", 2)
    await seen(shop, gone["id"], text=None)
    found = {one["ig_id"]: one for one in await listed(shop)}
    assert found[silent["id"]]["text"] == "silent"
    assert found[first["ig_id"]]["text"] == "first, edited"
    assert (found[held["ig_id"]]["text"], found[held["ig_id"]]["deleted_at"]) == ("held", None)
    assert [one["text"] for one in (await thread(shop, first["id"]))["replies"]] == ["below"]
    again = await synced(shop)
    assert (again["state"], again["comments_new"]) == ("done", 0)


async def test_CM9_CM10_an_answer_whose_receipt_is_lost_is_found_under_its_comment_and_stands_once(
    impatient_shop: Stack,
) -> None:
    shop = impatient_shop
    comment = await said(shop)
    await shop.sim.post("/accounts", json={"id": shop.ig_id, "echo": "never"})
    await shop.fault(target="comments", effect="hang", seconds=2, when="after", count=1)
    made = await reply(shop, comment["id"])
    await seen(shop, made["id"], status="sent")
    assert [one["text"] for one in await at_meta(shop) if one["own"]] == ["Yes, two days."]
    assert len((await thread(shop, comment["id"]))["replies"]) == 1


async def test_CM11_only_a_person_sends_an_answer_again_and_may_change_its_text(shop: Stack) -> None:
    comment = await said(shop)
    await shop.fault(target="comments", effect="error", code=100, status=400, message="No.", count=1)
    made = await reply(shop, comment["id"])
    failed = await seen(shop, made["id"], status="failed")
    assert "No." in failed["error"]["message"]
    assert (await thread(shop, comment["id"]))["comment"]["done_at"] is None  # it is open again
    again = await shop.api.post(f"/comments/{made['id']}/retry", json={"text": "Yes, in two days."})
    assert again.status_code == 200, again.text
    await seen(shop, made["id"], status="sent", text="Yes, in two days.")
    refused = await shop.api.post(f"/comments/{made['id']}/retry")
    assert refused.status_code == 409


async def test_CM11_an_answer_that_failed_can_be_given_up(shop: Stack) -> None:
    comment = await said(shop)
    await shop.fault(target="comments", effect="error", code=100, status=400, message="No.", count=1)
    made = await reply(shop, comment["id"])
    await seen(shop, made["id"], status="failed")
    assert (await shop.api.delete(f"/comments/{made['id']}")).status_code == 204
    assert (await thread(shop, comment["id"]))["replies"] == []
    assert (await shop.api.delete(f"/comments/{comment['id']}")).status_code == 409


async def test_CM12_CG4_CG11_a_live_comment_is_answered_in_private_only_while_the_broadcast_goes_on(
    shop: Stack, clock: Clock
) -> None:
    comment = await said(shop, "hello from Oslo", live=True)
    assert comment["kind"] == "live_comment"

    async def read() -> bool:
        post = (await thread(shop, comment["id"]))["post"]
        return post is not None and post["is_own"] is True and post["ended_at"] is None

    await until(read)
    public = await shop.api.post(f"/comments/{comment['id']}/reply", json={"client_key": "k", "text": "Hi"})
    assert (public.status_code, public.json()["rule"]) == (409, "CG4")
    await shop.sim.post("/end-broadcast", json={"media": comment["media"]["ig_id"]})
    clock.ahead += timedelta(seconds=31)

    async def over() -> bool:
        return (await thread(shop, comment["id"]))["post"]["ended_at"] is not None

    await until(over)
    refused = await shop.api.post(f"/comments/{comment['id']}/private-reply", json={"client_key": "k", "text": "Hi"})
    assert (refused.status_code, refused.json()["rule"], refused.json()["code"]) == (409, "CG11", "broadcast_over")


async def test_CM14_a_private_answer_is_seen_at_the_comment_and_opens_the_conversation(shop: Stack) -> None:
    comment = await said(shop)
    answer = await shop.api.post(f"/comments/{comment['id']}/private-reply", json={"client_key": "k", "text": "It is 4.20"})
    assert answer.status_code == 201, answer.text
    found = (await thread(shop, comment["id"]))["comment"]
    assert (found["private_conversation_id"], found["done_by"]) == (answer.json()["conversation_id"], "Dana")
    (said_,) = (await shop.api.get(f"/conversations/{answer.json()['conversation_id']}/comments")).json()["items"]
    assert said_["id"] == comment["id"]


async def test_CG5_under_somebody_elses_post_a_mention_is_answered_and_nothing_else_is_done(shop: Stack) -> None:
    made = (await shop.sim.post("/mention", json={"account": shop.ig_id, "customer": ADA})).json()

    async def known() -> dict[str, Any] | None:
        return next((one for one in await listed(shop, view="mentions") if one["ig_id"] == made["id"]), None)

    mention = await until(known)  # it came as a comment, and reading its post told
    assert mention["kind"] == "mention"
    refused = await shop.api.post(f"/comments/{mention['id']}/moderation", json={"what": "delete"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "CG5")
    answer = await reply(shop, mention["id"], "Thank you!")
    await seen(shop, answer["id"], status="sent")
    assert [one["text"] for one in await at_meta(shop) if one["own"]] == ["Thank you!"]


async def test_CM7_CG9_a_post_is_closed_to_comments_and_opened_again(shop: Stack) -> None:
    comment = await said(shop)

    async def read() -> dict[str, Any] | None:
        post = (await thread(shop, comment["id"]))["post"]
        return post if post is not None and post["comments_enabled"] is not None and post["pending"] is None else None

    post = await until(read)
    off = (await shop.api.patch(f"/posts/{post['id']}", json={"comments_enabled": False})).json()
    assert (off["comments_enabled"], off["pending"]) == (False, "comments_off")
    await until(read)
    refused = await shop.api.post(f"/comments/{comment['id']}/reply", json={"client_key": "k", "text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "comments_off")
    await shop.api.patch(f"/posts/{post['id']}", json={"comments_enabled": True})
    assert (await until(read))["comments_enabled"] is True
    await seen(shop, (await reply(shop, comment["id"]))["id"], status="sent")


async def test_CM15_CG8_facebooks_login_reads_mentions_and_likes_and_instagrams_does_not(shop: Stack) -> None:
    plain = await said(shop)
    refused = await shop.api.post(f"/comments/{plain['id']}/moderation", json={"what": "like"})
    assert (refused.status_code, refused.json()["rule"], refused.json()["code"]) == (409, "CG8", "like_not_possible")
    page = await with_facebook(shop)
    made = (await shop.sim.post("/mention", json={"account": page, "customer": ADA, "text": "@page.shop look"})).json()

    async def known() -> dict[str, Any] | None:
        found = next((one for one in await listed(shop) if one["ig_id"] == made["id"]), None)
        return found if found is not None and found["text"] is not None else None

    mention = await until(known)
    assert (mention["kind"], mention["text"], mention["author"]["username"]) == ("mention", "@page.shop look", made["username"])
    assert (await thread(shop, mention["id"]))["post"]["caption"]
    comment = await said(shop, "lovely", account=page)
    liked = await moderate(shop, comment["id"], "like")
    assert (liked["is_liked"], liked["pending"]) == (True, "like")
    await seen(shop, comment["id"], is_liked=True, pending=None, error=None)
    assert [one["liked"] for one in await at_meta(shop) if one["id"] == comment["ig_id"]] == [True]


async def with_facebook(shop: Stack) -> str:
    """Another account, which Facebook's login connected."""
    ig_id, page = str(int(shop.ig_id) + 7), "104511112222333"
    body = {"id": ig_id, "username": "page.shop", "page_token": "EAA-page", "page_id": page, "flavour": "fb"}
    (await shop.sim.post("/accounts", json=body)).raise_for_status()
    scopes = ["instagram_basic", "instagram_manage_comments", "instagram_manage_messages", "instagram_manage_engagement"]
    (await shop.sim.post("/tokens", json={"action": "scopes", "token": "EAA-page", "scopes": scopes})).raise_for_status()
    services, now = shop.front.services, shop.front.services.clock.now()
    given = connect.Connection(
        ig_id=IgId(ig_id), username="page.shop", access_token="EAA-page", expires_at=None, platform="facebook", page=page
    )
    async with services.db.viewing(shop.workspace) as conn:
        await connect.add(conn, vault.opened_by(services.settings), shop.workspace, given, now)
    return ig_id


async def test_CM16_the_newest_posts_are_listed_often_and_read_where_something_may_be_new(shop: Stack, clock: Clock) -> None:
    first = await said(shop)
    silent = {"account": shop.ig_id, "text": "silent", "media": first["media"]["ig_id"], "deliver": False}
    await shop.sim.post("/comment", json=silent)
    clock.ahead += timedelta(minutes=11)

    async def found() -> bool:
        return "silent" in [one["text"] for one in await listed(shop, view="open")]

    async def is_over() -> bool:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval("SELECT max(attempts) = 0 FROM comment_watches WHERE workspace_id = $1", shop.workspace)

    await until(found)
    await until(is_over)
    read, listings = await calls(shop, "GET /{media}/comments"), await calls(shop, "GET /{account}/media")
    clock.ahead += timedelta(minutes=6)

    async def listed_again() -> bool:
        return await calls(shop, "GET /{account}/media") > listings

    await until(listed_again)
    assert await calls(shop, "GET /{media}/comments") == read  # nothing is new, and its quarter of an hour is not over
    clock.ahead += timedelta(minutes=16)

    async def read_again() -> bool:
        return await calls(shop, "GET /{media}/comments") > read

    await until(read_again)


async def test_CM2_an_account_that_keeps_nothing_has_its_posts_pictures_passed_on(doors: Doors, clock: Clock) -> None:
    async with stack(doors, clock=clock, media_mode="reference") as shop:
        comment = await said(shop)

        async def pictured() -> str | None:
            post = (await thread(shop, comment["id"]))["post"]
            return post["picture_url"] if post is not None else None

        picture = await shop.api.get(f"{shop.url}{await until(pictured)}")
        assert (picture.status_code, picture.headers["cache-control"]) == (200, "no-store")
        async with shop.worker_db.transaction() as conn:
            kept = await conn.fetchval("SELECT count(*) FROM media_objects WHERE workspace_id = $1", shop.workspace)
        assert kept == 0


async def test_K10_what_a_person_said_under_posts_stands_beside_what_they_wrote(shop: Stack) -> None:
    comment = await said(shop)
    await shop.customer_writes("Hello?", ADA)
    (conversation,) = await until(shop.conversations)
    theirs = (await shop.api.get(f"/conversations/{conversation['id']}/comments")).json()
    assert [one["id"] for one in theirs["items"]] == [comment["id"]]
