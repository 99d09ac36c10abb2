"""Whether customers can connect is said in the accounts, with the reason where they cannot. Rule CN8."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop


def test_CN8_an_owner_lets_customers_connect_and_reads_why_they_cannot_yet(shop: Shop, page: Page) -> None:
    shop.sign_in(page)
    page.get_by_role("link", name="Accounts", exact=True).click()
    dialog = page.get_by_role("dialog", name="Accounts")
    switch, pace = (
        dialog.get_by_role("checkbox", name="Customers can connect").first,
        dialog.get_by_label("Tell connected customers"),
    )
    expect(pace).to_have_count(0)
    switch.click()
    expect(switch).to_be_checked()
    expect(pace.first).to_have_value("")
    expect(dialog.get_by_text("It has no effect: CONFAB_PUBLIC_URL is not set")).to_be_visible()
    pace.first.select_option("Once a day")
    expect(pace.first).to_have_value("86400")  # as the server has it
    (account, *_) = [one for one in shop.get("/accounts")["items"] if one["connects_customers"]]
    assert account["acknowledges_every_s"] == 86400
    switch.click()
    expect(pace).to_have_count(0)
