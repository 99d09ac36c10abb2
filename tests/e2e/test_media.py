"""What customers send is seen, and comes from nowhere but us. Laws 5 and 12; rules MD3-MD5 of docs/spec/inbox.md."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import bubble, live, open_thread, place, thread


def watched(shop: Shop, page: Page) -> list[str]:
    """Every request that leaves for another host than ours."""
    foreign: list[str] = []
    ours = (shop.product.url, "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(ours) else foreign.append(request.url))
    return foreign


def broken(page: Page) -> list[str]:
    """Pictures in view that show nothing."""
    return page.evaluate(
        "() => [...document.images].filter((one) => one.complete && one.naturalWidth === 0).map((one) => one.src)"
    )


def test_MD4_a_picture_appears_in_an_open_conversation_without_a_reload_and_from_our_own_storage(shop: Shop, page: Page) -> None:
    foreign = watched(shop, page)
    shop.writes("I will send you a photo", customer="27000000000001")
    shop.sign_in(page)
    open_thread(page, "I will send you a photo")
    shop.writes("this one", customer="27000000000001", attachments=["image", "audio"])
    expect(bubble(page, "this one")).to_have_count(1)
    picture = thread(page).get_by_role("link").get_by_role("img")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    assert (picture.get_attribute("src") or "").startswith("/media/messages/")
    expect(thread(page).locator("audio")).to_have_count(1)
    assert broken(page) == []
    assert foreign == []


def test_MD4_with_every_link_dead_nothing_is_broken_nothing_leaves_and_somebody_may_try_again(
    fresh_shop: Shop, page: Page
) -> None:
    shop = fresh_shop
    foreign = watched(shop, page)
    shop.sim("fault", target="cdn", effect="status", status=403)
    for number, kind in enumerate(["image", "video", "audio", "file"]):
        shop.writes(f"number {number}", customer="27000000000002", attachments=[kind])
    shop.sign_in(page)
    open_thread(page, "number 3")
    expect(thread(page).get_by_text("is no longer available on Instagram")).to_have_count(4, timeout=60_000)
    assert broken(page) == []
    assert foreign == []
    assert shop.product.sim.delete("/fault").status_code == 200
    thread(page).get_by_role("button", name="Try again").first.click()
    picture = thread(page).get_by_role("link").get_by_role("img")
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(thread(page).get_by_role("button", name="Try again")).to_have_count(3)


def test_MD7_a_story_is_seen_while_it_stands_and_nothing_leaves_for_meta(shop: Shop, page: Page) -> None:
    foreign = watched(shop, page)
    shop.writes("Have you seen my story?", customer="27000000000003", attachments=["story_mention"])
    shop.writes("Is this one for sale?", customer="27000000000003", story={})
    shop.sign_in(page)
    open_thread(page, "Is this one for sale?")
    for label in ("Mentioned you in their story", "Answered your story"):
        story = thread(page).get_by_role("img", name=label)
        expect(story).not_to_have_js_property("naturalWidth", 0)
        assert (story.get_attribute("src") or "").startswith("/media/messages/")
    expect(thread(page).get_by_text("Stories are never kept; they vanish after a day.")).to_have_count(2)
    assert broken(page) == []
    assert foreign == []


def test_MD7_a_story_that_is_gone_leaves_words_and_no_broken_picture(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    shop.writes("Look at my story", customer="27000000000004", attachments=["story_mention"])
    shop.sign_in(page)
    open_thread(page, "Look at my story")
    expect(thread(page).get_by_role("img", name="Mentioned you in their story")).to_have_count(1)
    shop.sim("fault", target="cdn", effect="status", status=404)
    page.reload()
    expect(thread(page).get_by_text("The story is no longer available.")).to_have_count(1)
    expect(thread(page).get_by_role("button", name="Try again")).to_have_count(0)
    assert broken(page) == []


def test_MD10_a_film_takes_its_own_room_before_it_is_loaded_and_says_how_long_it_is(shop: Shop, page: Page) -> None:
    shop.writes("watch this", customer="27000000000005", attachments=["video"])
    shop.sign_in(page)
    open_thread(page, "watch this")
    film = thread(page).locator("video")
    expect(film).to_have_attribute("poster", re.compile("^/media/messages/.+small$"))
    expect(thread(page).locator("span").filter(has_text=re.compile(r"^0:\d\d$"))).to_be_visible()
    live(page)
    before = place(film)
    film.evaluate("film => { film.preload = 'auto'; film.load() }")
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert place(film) == before
    proportion = film.evaluate("film => film.videoWidth / film.videoHeight")
    assert abs(before[2] / before[3] - proportion) < 0.05


def test_MD4_in_a_grid_of_pictures_trying_again_stands_below_its_own_picture(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    shop.sim("fault", target="cdn", effect="status", status=403)
    shop.writes("four of them", customer="27000000000006", attachments=["image"] * 4)
    shop.sign_in(page)
    open_thread(page, "four of them")
    buttons = thread(page).get_by_role("button", name="Try again")
    expect(buttons).to_have_count(4)
    places = buttons.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(({ x, y }) => [Math.round(x), Math.round(y)])"
    )
    assert len({x for x, _ in places}) == 2  # two columns
    assert len({y for _, y in places}) == 2  # and two rows
