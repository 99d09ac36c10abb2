"""Saved replies: kept in the settings, used with "/" by the keyboard alone. Rules SR1-SR3 of docs/spec/inbox.md."""

from playwright.sync_api import Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import bubble, open_thread


def keep(page: Page, shortcut: str, title: str, text: str) -> None:
    dialog = page.get_by_role("dialog", name="Saved replies")
    dialog.get_by_role("button", name="New saved reply").click()
    dialog.get_by_label("Shortcut").fill(shortcut)
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label("Text").fill(text)


def test_SR1_SR2_SR3_replies_are_kept_offered_shown_and_put_in_place(shop: Shop, page: Page, contexts: MakeContext) -> None:
    shop.writes("When do you open?", customer="43000000000001", name="Ines Duarte", username="ines.duarte")
    shop.sign_in(page)
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitem", name="Saved replies").press("Enter")
    dialog = page.get_by_role("dialog", name="Saved replies")
    keep(page, "/Hours", "Opening hours", "Hi {firstname}")
    expect(dialog).to_contain_text("There is no variable {firstname}")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_label("Text").fill("Hi {first_name|there}, we open at nine. {agent}, @{account}")
    expect(dialog.get_by_role("note", name="Preview")).to_have_text("Hi Ana, we open at nine. Dana, @your.account")
    assert obstacles(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("listitem")).to_contain_text("/hours")
    keep(page, "hours", "Again", "The same")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("There is a saved reply /hours already")
    dialog.get_by_label("Shortcut").fill("home")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    page.keyboard.press("Escape")

    open_thread(page, "When do you open?")
    expect(page.get_by_role("heading", name="Ines Duarte", level=2).first).to_be_visible()
    box = page.get_by_role("textbox", name="Reply")
    box.press_sequentially("/ho")
    options = page.get_by_role("listbox", name="Saved replies").get_by_role("option")
    expect(options).to_have_count(2)
    assert obstacles(page) == []
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("note", name="Preview")).to_have_text("Hi Ines, we open at nine. Dana, @harbour.bakery")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("/ho")
    box.press_sequentially("u")
    box.fill("")
    box.press_sequentially("/hou")
    expect(options).to_have_count(1)
    page.keyboard.press("Tab")
    expect(box).to_have_value("Hi Ines, we open at nine. Dana, @harbour.bakery")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(bubble(page, "we open at nine")).to_contain_text("Sent")

    theirs = contexts().new_page()
    shop.sign_in(theirs, email=shop.hires("Bo"))
    open_thread(theirs, "we open at nine")
    theirs.get_by_role("textbox", name="Reply").press_sequentially("Well, /home")
    expect(theirs.get_by_role("option", name="/home")).to_be_visible()
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_role("textbox", name="Reply")).to_have_value("Well, The same")


def test_SR3_what_is_typed_right_after_choosing_a_reply_stands_behind_it(shop: Shop, page: Page) -> None:
    shop.writes("Zebra cake?", customer="43000000000002", name="Zoe Marsh", username="zoe.marsh")
    body = {"scope": "workspace", "shortcut": "zebra", "title": "Zebra cake", "text": "We bake it"}
    headers = {"authorization": f"Bearer {shop.token}"}
    shop.client.post(f"{shop.product.url}/api/v1/saved-replies", json=body, headers=headers).raise_for_status()
    shop.sign_in(page)
    open_thread(page, "Zebra cake?")
    box = page.get_by_role("textbox", name="Reply")
    box.fill(" on Fridays")
    page.keyboard.press("Home")
    page.keyboard.type("/zeb")
    expect(page.get_by_role("option", name="/zebra")).to_be_visible()
    page.evaluate(
        """() => {
          const key = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })
          document.activeElement.dispatchEvent(key)
          document.execCommand("insertText", false, " only")
        }"""
    )
    expect(box).to_have_value("We bake it only on Fridays")
