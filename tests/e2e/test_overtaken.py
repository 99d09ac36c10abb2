"""What is put away while its person writes. Rule A10."""

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import bubble, open_thread, row
from tests.product import eventually

CUSTOMER = "44000000000071"


def test_A10_a_message_that_comes_while_its_conversation_is_put_away_keeps_it_in_sight(shop: Shop, page: Page) -> None:
    shop.writes("Is the rye loaf sliced?", customer=CUSTOMER, name="Rosa Lind", username="rosa.lind")
    shop.sign_in(page)
    open_thread(page, "rye loaf")

    def comes_first(route: Route) -> None:
        """Nobody has seen it when the key is pressed, and the server has it before the key is heard."""
        shop.writes("And do you deliver?", customer=CUSTOMER)
        eventually(lambda: shop.conversation(CUSTOMER)["last_message_preview"] == "And do you deliver?")
        route.continue_()

    expect(row(page, "rye loaf")).to_contain_text("Rosa Lind")
    page.route("**/api/v1/conversations/*", comes_first, times=1)
    page.get_by_role("log").focus()
    page.keyboard.press("y")
    expect(page.get_by_role("status", name="Notices")).to_contain_text("It stays: Rosa Lind has just written")
    expect(row(page, "And do you deliver?")).to_be_visible()
    expect(bubble(page, "And do you deliver?")).to_be_visible()
