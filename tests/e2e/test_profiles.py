"""Who somebody is changes while it is looked at, and a picture that does not show is seen to. Rules PR2, PR4, PR7-PR9."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import api_calls, open_thread, row, thread
from tests.product import IG_ID, eventually

ADA = "27000000000101"
BEN = "27000000000102"
EVE = "27000000000103"
DAN = "27000000000104"


def details(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def becomes(shop: Shop, customer: str, **change: object) -> None:
    shop.sim("customers", account=IG_ID, id=customer, **change)


def known(shop: Shop, customer: str) -> dict[str, object]:
    """The participant, once their picture is there."""

    def look() -> dict[str, object] | None:
        person = shop.conversation(customer)["participant"]
        return person if person["avatar_url"] else None

    return eventually(look)


def test_PR4_PR8_the_button_brings_a_new_name_to_the_list_and_the_pane_without_a_reload(shop: Shop, page: Page) -> None:
    becomes(shop, ADA, name="Ada Byron", username="ada.bakes", follower_count=312)
    shop.writes("two loaves please", customer=ADA)
    known(shop, ADA)
    shop.sign_in(page)
    open_thread(page, "two loaves please")
    expect(details(page).get_by_role("heading", name="Ada Byron")).to_be_visible()
    expect(details(page).get_by_role("status", name="Profile")).to_have_text("Profile from just now")
    page.evaluate("() => { window.isTheSamePage = true }")
    calls = api_calls(page)

    becomes(shop, ADA, name="Ada Lovelace", follower_count=313, is_user_follow_business=True, is_verified_user=True)
    details(page).get_by_role("button", name="Refresh profile").click()
    expect(row(page, "Ada Lovelace")).to_have_count(1)
    expect(details(page).get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(details(page).get_by_role("img", name="Verified by Instagram")).to_be_visible()
    expect(details(page).get_by_text("313 followers · Follows you")).to_be_visible()
    expect(details(page).get_by_role("button", name="Refresh profile")).to_be_enabled()
    assert page.evaluate("() => window.isTheSamePage") is True

    conversation = shop.conversation(ADA)["id"]
    link_lead(shop, ADA, "crm/lead-42")
    expect(details(page).get_by_text("crm/lead-42")).to_be_visible()
    assert [call for call in calls if "participant" in call] == [f"POST /conversations/{conversation}/participant/refresh"]
    assert [call for call in calls if call.startswith("GET /conversations?")] == []


def link_lead(shop: Shop, customer: str, lead: str) -> None:
    headers = {"authorization": f"Bearer {shop.token}"}
    path = f"{shop.product.url}/api/v1/conversations/{shop.conversation(customer)['id']}/participant"
    answer = shop.client.patch(path, json={"linked_lead_id": lead}, headers=headers)
    assert answer.status_code == 200, answer.text


def test_PR8_the_lead_is_copied_by_one_button_and_a_browser_that_does_not_let_us_says_so(shop: Shop, page: Page) -> None:
    shop.writes("do you take orders?", customer=DAN)
    link_lead(shop, DAN, "crm/lead-77 of Dan's")
    shop.sign_in(page)
    open_thread(page, "do you take orders?")
    copy, notices = details(page).get_by_role("button", name="Copy the lead"), page.get_by_role("status", name="Notices")
    page.context.grant_permissions(["geolocation"])  # and no other
    copy.click()
    expect(notices).to_contain_text("The browser does not let us copy: mark the text instead.")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy.click()
    expect(notices).to_contain_text("Lead copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == "crm/lead-77 of Dan's"


def test_PR2_a_refusal_is_told_where_it_was_asked_and_what_was_known_stays(shop: Shop, page: Page) -> None:
    becomes(shop, BEN, name="Ben Okri")
    shop.writes("is it open today?", customer=BEN)
    known(shop, BEN)
    becomes(shop, BEN, blocked=True)
    shop.sign_in(page)
    open_thread(page, "is it open today?")
    details(page).get_by_role("button", name="Refresh profile").click()
    expect(details(page).get_by_text("Not refreshed:")).to_be_visible()
    expect(details(page).get_by_role("heading", name="Ben Okri")).to_be_visible()
    expect(details(page).get_by_role("button", name="Refresh profile")).to_be_enabled()


def test_PR7_PR9_a_broken_picture_shows_initials_everywhere_and_is_reported_once(shop: Shop, page: Page) -> None:
    becomes(shop, EVE, name="Eve Adams")
    shop.writes("one rye please", customer=EVE)
    address = str(known(shop, EVE)["avatar_url"])
    page.route(f"**{address.partition('?')[0]}*", lambda route: route.fulfill(status=404))
    calls = api_calls(page)
    shop.sign_in(page)
    open_thread(page, "one rye please")
    for place in (row(page, "one rye please"), thread(page), details(page)):
        expect(place.get_by_text("EA", exact=True)).to_be_visible()
    page.get_by_role("button", name="Details").click()
    page.get_by_role("button", name="Details").click()
    expect(details(page).get_by_text("EA", exact=True)).to_be_visible()
    assert len([call for call in calls if "picture-broken" in call]) == 1
    page.unroute_all()
    page.reload()
    expect(details(page).locator(f'img[src="{address}"]')).not_to_have_js_property("naturalWidth", 0)
    assert len([call for call in calls if "picture-broken" in call]) == 1
    assert [call for call in calls if "participant/refresh" in call] == []
