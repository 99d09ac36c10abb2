"""What customers send is seen, and comes from nowhere but us. Laws 5 and 12; rules MD3-MD5 of docs/spec/inbox.md."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import bubble, open_thread, thread


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
    expect(thread(page).get_by_text("is no longer available on Instagram")).to_have_count(4)
    assert broken(page) == []
    assert foreign == []
    assert shop.product.sim.delete("/fault").status_code == 200
    thread(page).get_by_role("button", name="Try again").first.click()
    picture = thread(page).get_by_role("link").get_by_role("img")
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(thread(page).get_by_role("button", name="Try again")).to_have_count(3)
