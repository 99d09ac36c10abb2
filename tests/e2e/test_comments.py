"""Comments in the browser: grouped by post, answered where everybody or nobody else sees it, and worked off. Rules CM6-CM14."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import api_calls, bubble, kept, live, open_thread, place, press_in_one_go, wait_until
from tests.product import IG_ID, eventually


def comments(shop: Shop, text: str, customer: str, **more: Any) -> dict[str, Any]:
    return shop.sim("/comment", account=IG_ID, customer=customer, text=text, **more)


def item(page: Page, text: str) -> Locator:
    return page.get_by_role("region", name="Comments").get_by_role("article").filter(has_text=text)


def write(page: Page, of: Locator, button: str, box: str, text: str) -> None:
    of.get_by_role("button", name=button).click()
    page.get_by_role("textbox", name=box).fill(text)
    page.get_by_role("textbox", name=box).press("Enter")


def sure(page: Page, title: str) -> None:
    """The question that is asked once."""
    asked = page.get_by_role("dialog", name=title)
    asked.get_by_role("button").last.click()


def test_CM6_CM14_a_comment_is_answered_publicly_and_privately_and_becomes_a_conversation(
    shop: Shop, page: Page, contexts: MakeContext
) -> None:
    shop.sign_in(page, "/comments", heading="No comment is waiting")
    other = contexts().new_page()
    shop.sign_in(other, "/comments", heading="No comment is waiting")
    comments(shop, "Do you ship to Dundee?", "43000000000001")
    first = item(page, "Do you ship to Dundee?")
    expect(first).to_be_visible()  # by the stream alone
    expect(page.get_by_role("link", name="Comments: 1 open")).to_be_visible()
    head = page.get_by_role("region", name="Comments").locator("header").first
    expect(head.locator("img")).to_be_visible()
    expect(head.get_by_role("heading")).not_to_have_text("Post without a caption")
    assert obstacles(page) == []

    write(page, first, "Reply publicly", "Public reply", "Yes, in two days.")
    asked = page.get_by_role("dialog", name="This will be public")
    expect(asked).to_contain_text("everybody who sees the post can read it")
    assert obstacles(page) == []
    asked.get_by_role("button", name="Back to the text").click()
    page.get_by_role("textbox", name="Public reply").press("Enter")
    sure(page, "This will be public")
    expect(page.get_by_role("region", name="Public reply")).to_have_count(0)
    expect(page.get_by_role("heading", name="No comment is waiting")).to_be_visible()  # answered is done
    expect(page.get_by_role("region", name="Comments")).to_be_focused()
    page.get_by_role("tab", name="Done").click()
    expect(item(page, "Do you ship to Dundee?")).to_contain_text("Yes, in two days.")
    expect(item(page, "Do you ship to Dundee?")).to_contain_text("Public")
    expect(other.get_by_role("heading", name="No comment is waiting")).to_be_visible()

    page.get_by_role("tab", name="Open").click()
    comments(shop, "What does it cost?", "43000000000002")
    second = item(page, "What does it cost?")
    second.get_by_role("button", name="Message privately").click()
    box = page.get_by_role("region", name="Private message")
    expect(box).to_contain_text("only they can read it")
    box.get_by_role("textbox").fill("4.20 for the two of you")
    box.get_by_role("button", name="Send privately").click()
    expect(page.get_by_role("dialog", name="This will be private")).to_contain_text("Instagram allows one")
    sure(page, "This will be private")
    page.get_by_role("tab", name="Done").click()
    expect(second.get_by_role("button", name="Message privately")).to_be_disabled()
    expect(second.get_by_role("button", name="Message privately")).to_have_attribute("title", re.compile("already"))
    second.get_by_role("link", name="Answered in private").click()
    expect(bubble(page, "4.20 for the two of you")).to_contain_text("Sent")
    shop.writes("I take two!", customer="43000000000002")
    expect(bubble(page, "I take two!")).to_be_visible()
    said = page.get_by_role("region", name="Comments")
    expect(said.get_by_role("link")).to_contain_text("What does it cost?")
    said.get_by_role("link").click()
    expect(item(page, "What does it cost?")).to_be_visible()


def test_CM7_CM8_CM13_the_keyboard_hides_gives_out_and_finishes_and_what_is_refused_comes_back(
    fresh_shop: Shop, page: Page
) -> None:
    shop = fresh_shop
    comments(shop, "spam spam spam", "43000000000003")
    comments(shop, "lovely bread", "43000000000004")
    shop.sign_in(page, "/comments", heading="Comments")
    expect(item(page, "lovely bread")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("region", name="Comments").locator("article:focus")).to_have_count(1)
    item(page, "lovely bread").focus()
    page.keyboard.press("i")
    expect(item(page, "lovely bread")).to_contain_text("Dana")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Note for the team").fill("a regular")
    page.keyboard.press("Enter")
    expect(item(page, "lovely bread")).to_contain_text("a regular")
    item(page, "lovely bread").focus()
    page.keyboard.press("l")
    page.get_by_role("textbox", name="Find or add a label").fill("praise")
    page.keyboard.press("Enter")
    expect(item(page, "lovely bread")).to_contain_text("praise")
    page.keyboard.press("Escape")
    item(page, "spam").get_by_role("button", name="Label").click()
    expect(page.get_by_role("checkbox", name="praise")).not_to_be_checked()  # it is one to choose from now on
    page.keyboard.press("Escape")
    item(page, "spam").focus()
    page.keyboard.press("h")
    expect(item(page, "spam")).to_contain_text("hidden")
    shop.sim("/fault", target="comments", effect="error", code=200, status=403, message="(#200) No.")
    item(page, "spam").get_by_role("button", name="More for this comment").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("dialog", name="Delete this comment?").get_by_role("button", name="Delete for everybody").click()
    expect(item(page, "spam").get_by_role("status")).to_be_visible()  # refused: it is there again, and says why
    item(page, "spam").focus()
    page.keyboard.press("e")
    expect(item(page, "spam")).to_have_count(0)
    page.get_by_role("tab", name="Hidden").click()
    expect(item(page, "spam")).to_contain_text("done by Dana")
    page.get_by_role("tab", name="Mine").click()
    expect(item(page, "lovely bread")).to_be_visible()


def test_CM13_comments_are_worked_off_by_keyboard_and_nothing_begun_is_lost_by_escape(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    for number in range(4):
        comments(shop, f"number {number}", f"4300000000002{number}")
    shop.sign_in(page, "/comments", heading="Comments")
    feed = page.get_by_role("region", name="Comments").get_by_role("article")
    expect(feed).to_have_count(4)
    page.keyboard.press("j")
    expect(feed.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(feed.nth(1)).to_be_focused()
    below = feed.nth(2).get_attribute("aria-label")
    page.keyboard.press("e")
    expect(feed).to_have_count(3)
    expect(feed.nth(1)).to_be_focused()
    expect(feed.nth(1)).to_have_attribute("aria-label", str(below))
    page.keyboard.press("e")
    expect(feed).to_have_count(2)
    page.keyboard.press("r")
    box = page.get_by_role("textbox", name="Public reply")
    expect(box).to_be_focused()
    page.keyboard.type("Half a thought")
    page.keyboard.press("Escape")
    expect(box).to_have_value("Half a thought")
    expect(feed.nth(1)).to_be_focused()
    page.keyboard.press("r")
    expect(box).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(feed.nth(1)).to_be_focused()
    page.keyboard.press("e")
    expect(feed).to_have_count(1)
    expect(feed).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_role("region", name="Comments")).to_be_focused()  # and hears that none is waiting
    expect(page.get_by_role("region", name="Comments")).to_contain_text("No comment is waiting")


def test_CM13_what_is_typed_right_after_a_key_that_opens_something_is_no_shortcut(fresh_shop: Shop, page: Page) -> None:
    comments(fresh_shop, "quick one", "43000000000041")
    fresh_shop.sign_in(page, "/comments", heading="Comments")
    comment = item(page, "quick one")
    places = {
        "r": "Public reply",
        "p": "Private message",
        "n": "Note for the team",
        "l": "Find or add a label",
    }
    for key, name in places.items():
        comment.focus()
        press_in_one_go(page, key, "e", "h")
        expect(page.get_by_role("textbox", name=name)).to_be_focused()
        page.keyboard.press("Escape")
    expect(page.get_by_role("status", name="Notices")).to_be_empty()
    expect(comment).not_to_contain_text("hid")


def test_CM13_who_does_something_else_while_what_was_written_is_kept_stays_there(fresh_shop: Shop, page: Page) -> None:
    comments(fresh_shop, "slow one", "43000000000042")
    fresh_shop.sign_in(page, "/comments", heading="Comments")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/comments/*/notes", hold)
    comment, tab = item(page, "slow one"), page.get_by_role("tab", name="Open")
    box = page.get_by_role("textbox", name="Note for the team")
    meanwhile: list[tuple[Callable[[], None], Locator]] = [
        (tab.focus, tab),
        (comment.get_by_role("button", name="Label").click, page.get_by_role("textbox", name="Find or add a label")),
        (lambda: None, comment),
    ]
    for act, busy in meanwhile:
        comment.focus()
        page.keyboard.press("n")
        box.fill("asks often")
        page.keyboard.press("Enter")
        wait_until(page, lambda: held)
        act()
        held.pop().continue_()
        expect(box).to_have_count(0)
        page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        expect(busy).to_be_focused()
        page.keyboard.press("Escape")


def test_CM13_what_is_begun_about_a_comment_is_kept_with_it_until_it_is_sent(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    comments(shop, "How long does it keep?", "43000000000031")
    comments(shop, "And in the fridge?", "43000000000032")
    shop.sign_in(page, "/comments?view=all", heading="Comments")
    first, second = item(page, "How long does it keep?"), item(page, "And in the fridge?")
    box = page.get_by_role("textbox", name="Public reply")
    first.get_by_role("button", name="Reply publicly").click()
    box.fill("Two days")
    second.get_by_role("button", name="Reply publicly").click()
    expect(box).to_have_value("")
    page.reload()
    first.get_by_role("button", name="Draft of a public reply: Two days").click()
    expect(box).to_have_value("Two days")

    def answer_is_lost(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/comments/*/reply", answer_is_lost, times=1)
    box.press("Enter")
    sure(page, "This will be public")
    expect(page.get_by_role("status", name="Notices")).not_to_be_empty()
    expect(box).to_have_value("Two days")
    page.get_by_role("button", name="Stop writing").click()
    first.get_by_role("button", name="Draft of a public reply: Two days").click()
    box.press("Enter")
    expect(first).to_contain_text("Two days")
    expect(box).to_have_count(0)
    expect(first.get_by_role("button", name="Draft")).to_have_count(0)
    expect(first.get_by_text("Two days")).to_have_count(1)  # and was taken once

    page.route("**/api/v1/comments/*/notes", lambda route: route.abort())
    first.get_by_role("button", name="More for this comment").click()
    page.get_by_role("menuitem", name="Note").click()
    note = page.get_by_role("textbox", name="Note for the team")
    note.fill("asks often")
    note.press("Enter")
    expect(page.get_by_role("status", name="Notices")).not_to_be_empty()  # it could not be kept
    expect(note).to_have_value("asks often")
    page.get_by_role("button", name="Stop writing").click()
    expect(first.get_by_role("button", name="Draft of a note: asks often")).to_be_visible()


def test_CM1_mentions_and_posts_narrow_what_is_shown_and_a_post_is_closed_to_comments(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    made = comments(shop, "first", "43000000000005")
    comments(shop, "elsewhere", "43000000000006", product_type="REELS")
    shop.sim("/mention", account=IG_ID, customer="43000000000007", text="@harbour.bakery look at this")
    shop.sign_in(page, "/comments", heading="Comments")
    page.get_by_role("tab", name="Mentions").click()
    expect(item(page, "look at this")).to_contain_text("mention")
    expect(item(page, "look at this").get_by_role("button", name="Message privately")).to_be_disabled()
    page.get_by_role("tab", name="Open").click()
    posts = page.get_by_role("navigation", name="Posts").get_by_role("button")
    expect(posts).to_have_count(4)  # all, and three posts
    posts.filter(has_text=eventually(lambda: _caption(shop, made["media"]))[:20]).click()
    expect(page).to_have_url(re.compile("post="))
    expect(item(page, "first")).to_be_visible()
    expect(item(page, "elsewhere")).to_have_count(0)
    head = page.get_by_role("region", name="Comments").locator("header")
    head.get_by_role("button", name="More about this post").click()
    page.get_by_role("menuitem", name="Switch comments off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(head).to_contain_text("comments are off")
    expect(item(page, "first").get_by_role("button", name="Reply publicly")).to_be_disabled()


def test_CM23_what_a_person_said_under_posts_is_kept_and_follows_the_stream(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    shop.writes("Hello!", customer="43000000000011")
    comments(shop, "What is in it?", "43000000000011")
    shop.sign_in(page)
    open_thread(page, "Hello!")
    said = page.get_by_role("region", name="Comments").get_by_role("link")
    expect(said).to_have_text(re.compile("What is in it"))
    wait_until(page, lambda: "What is in it?" in kept(page))
    calls = api_calls(page)
    page.reload()
    expect(said).to_have_text(re.compile("What is in it"))
    comments(shop, "And how much?", "43000000000011")
    expect(said).to_have_count(2)
    expect(said.first).to_contain_text("And how much?")
    assert [call for call in calls if call.endswith("/comments")] == []


def test_CM19_ten_thousand_comments_scroll_as_light_as_ten(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    for batch in range(10):
        shop.posts(_many(batch, shop.sim("/posts", account=IG_ID)["id"]))
    eventually(lambda: len(shop.get("/deliveries", state="applied")["items"]) == 10)
    shop.sign_in(page, "/comments?view=all", heading="Comments")
    feed = page.get_by_role("region", name="Comments")
    expect(feed.get_by_role("article").first).to_be_visible()
    calls = api_calls(page)

    def has_asked_twice() -> bool:
        feed.evaluate("element => { element.scrollTop = element.scrollHeight }")
        return len([call for call in calls if call.startswith("GET /comments?")]) >= 2

    wait_until(page, has_asked_twice)
    expect(feed.get_by_role("article").first).to_be_visible()
    assert feed.get_by_role("article").count() < 40


def test_CM22_all_posts_are_told_post_by_post_and_nothing_moves_under_who_reads(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    posts = [shop.sim("/posts", account=IG_ID, caption=caption)["id"] for caption in ("Bread", "Cake")]
    shop.posts(_told(shop, posts, 60))
    eventually(lambda: len(shop.get("/comments", limit=100)["items"]) == 60)
    shop.sign_in(page, "/comments?view=all", heading="Comments")
    feed = page.get_by_role("region", name="Comments")
    expect(feed.get_by_role("article", name="comment 59")).to_be_visible()
    first = feed.get_by_role("article")
    expect(first.nth(0)).to_contain_text("comment 59")
    expect(first.nth(1)).to_contain_text("comment 57")
    expect(feed.locator("header")).to_have_count(1)

    feed.evaluate("element => { element.scrollTop = 900 }")
    here = feed.get_by_role("article", name="comment 39")
    expect(here).to_be_visible()
    expect(feed.locator("header").first).to_be_in_viewport()  # whose comments these are stays in sight
    expect(feed.get_by_role("heading", name="Post without a caption")).to_have_count(0)
    live(page)
    before = place(here)
    comments(shop, "just now", "43000000000009", media=posts[1])
    eventually(lambda: shop.get("/comments", limit=1)["items"][0]["text"] == "just now")
    expect(page.get_by_role("link", name="Comments: 61 open")).to_be_visible()
    assert abs(place(here)[1] - before[1]) < 2
    feed.evaluate("element => { element.scrollTop = 0 }")
    expect(item(page, "just now")).to_be_visible()
    expect(feed.get_by_role("article").first).to_contain_text("just now")


def _caption(shop: Shop, media: str) -> str | None:
    """The post's, once it has been read."""
    found = [one["post"] for one in shop.get("/posts", view="open")["items"] if one["post"]["ig_id"] == media]
    return found[0]["caption"] if found else None


AT = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp())


def _told(shop: Shop, posts: list[str], count: int) -> bytes:
    """A delivery about comments that Meta has, in turns under one post and the other: a sync finds them where they are."""
    made = [
        comments(shop, f"comment {n}", f"43{n:014}", media=posts[n % len(posts)], at=AT + n, deliver=False)["id"]
        for n in range(count)
    ]
    return _delivery(AT, [(ig_id, n, posts[n % len(posts)]) for n, ig_id in enumerate(made)])


def _many(batch: int, post: str) -> bytes:
    """A full delivery, as Meta may post it, about comments that only Meta's word tells of."""
    return _delivery(AT + batch * 1000, [(f"1804{batch:05}{n:08}", batch * 1000 + n, post) for n in range(1000)])


def _delivery(at: int, told: list[tuple[str, int, str]]) -> bytes:
    """One a second: `told` has each comment's id, number and post."""
    entries = [
        {
            "id": IG_ID,
            "time": at + n,
            "changes": [
                {
                    "field": "comments",
                    "value": {
                        "id": ig_id, "text": f"comment {number}",
                        "from": {"id": f"43{n:014}", "username": f"person{n}"},
                        "media": {"id": post, "media_product_type": "FEED"},
                    },
                }
            ],
        }
        for n, (ig_id, number, post) in enumerate(told)
    ]  # fmt: skip
    return json.dumps({"object": "instagram", "entry": entries}).encode()


def test_CM19_a_phone_in_the_dark_has_all_of_it(fresh_shop: Shop, contexts: MakeContext) -> None:
    shop = fresh_shop
    comments(shop, "Do you ship to Perth?", "43000000000008")
    phone = contexts(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True).new_page()
    shop.sign_in(phone, "/comments", heading="Comments")
    expect(item(phone, "Do you ship to Perth?")).to_be_visible()
    assert obstacles(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    write(phone, item(phone, "Perth"), "Reply publicly", "Public reply", "Yes")
    sure(phone, "This will be public")
    expect(phone.get_by_role("heading", name="No comment is waiting")).to_be_visible()
