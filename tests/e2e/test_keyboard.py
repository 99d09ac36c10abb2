"""The whole work of an agent without a pointer."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import answer, bubble, open_thread, press_in_one_go, row, thread
from tests.product import eventually


def test_somebody_reads_answers_retries_and_goes_on_to_the_next_conversation_by_keyboard_alone(shop: Shop, page: Page) -> None:
    for name, text in (("mia", "Is the rye in?"), ("leo", "Can I order a cake?"), ("ada", "Do you deliver?")):
        shop.writes(text, username=f"{name}.keys", name=name.title(), customer=f"20000000000000{ord(name[0])}")
    page.goto(f"{shop.product.url}/")
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type("dana@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("five in the morning")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_contain_text("Do you deliver?")
    expect(page.get_by_role("option")).to_have_count(3)

    page.keyboard.press("j")
    expect(row(page, "Do you deliver?")).to_be_focused()
    page.keyboard.press("j")
    expect(row(page, "Can I order a cake?")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(bubble(page, "Do you deliver?")).to_be_visible()
    expect(row(page, "Do you deliver?")).to_have_attribute("aria-selected", "true")

    shop.sim("/fault", target="send", effect="error", code=100, subcode=2534014, count=1)
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.keyboard.type("We do, from ")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("twenty pounds.")
    page.keyboard.press("Enter")
    answer = bubble(page, "twenty pounds.")
    expect(answer).to_contain_text("Not sent.")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()

    retry = answer.get_by_role("button", name="Retry")
    eventually(lambda: page.keyboard.press("Shift+Tab") or retry.evaluate("one => one === document.activeElement"))
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("Sent")
    expect(answer).to_have_count(1)

    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    page.keyboard.type("Regular customer")
    page.keyboard.press("Enter")
    expect(thread(page).get_by_role("article", name="Note by Dana")).to_contain_text("Regular customer")
    page.keyboard.press("Escape")

    page.keyboard.press("a")
    choices = page.get_by_role("menu", name="Assign to").get_by_role("menuitemradio")
    expect(choices.and_(page.locator(":focus"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    expect(choices.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Assigned to You")).to_be_visible()

    page.keyboard.press("Shift+E")
    expect(bubble(page, "Can I order a cake?")).to_be_visible()
    expect(row(page, "Ada")).to_have_count(0)
    expect(page.get_by_role("option", selected=True)).to_contain_text("Can I order a cake?")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Snooze until").get_by_role("button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Snooze until")).to_be_hidden()
    nothing_open = page.get_by_role("heading", name="No conversation open")
    eventually(lambda: page.keyboard.press("Escape") or nothing_open.is_visible())  # one right after another counts once
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_what_is_typed_right_after_a_key_that_opens_something_is_no_shortcut(shop: Shop, page: Page) -> None:
    places = {
        "r": page.get_by_role("textbox", name="Reply"),
        "n": page.get_by_role("textbox", name="Note"),
        "s": page.get_by_role("dialog", name="Snooze until").get_by_role("button").first,
        "a": page.get_by_role("menuitemradio", name="Nobody"),
        "l": page.get_by_role("textbox", name="Find or add a label"),
    }
    for nth, key in enumerate(places):
        shop.writes(f"fast with {key}", customer=f"2020000000000{nth}")
    shop.sign_in(page)
    open_thread(page, "fast with l")
    for key, place in places.items():
        row(page, f"fast with {key}").focus()
        press_in_one_go(page, key, "y", "e")
        expect(place).to_be_focused()
        page.keyboard.press("Escape")
        thread(page).focus()
        press_in_one_go(page, key, "y", "e")
        expect(place).to_be_focused()
        page.keyboard.press("Escape")
        expect(bubble(page, f"fast with {key}")).to_be_visible()
        expect(page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    expect(page.get_by_role("status", name="Notices")).to_be_empty()
    expect(row(page, "fast with")).to_have_count(len(places))


def test_the_focus_stays_where_it_was_when_what_had_it_leaves(shop: Shop, page: Page) -> None:
    for nth, name in enumerate(("una", "dos", "tres")):
        shop.writes(f"place of {name}", username=f"{name}.place", name=name.title(), customer=f"2010000000000{nth}")
    shop.sign_in(page)
    expect(row(page, "place of")).to_have_count(3)
    row(page, "place of dos").focus()
    page.keyboard.press("e")
    expect(row(page, "place of dos")).to_have_count(0)
    expect(row(page, "place of una")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(row(page, "place of tres")).to_be_focused()

    open_thread(page, "place of una")
    for button in ("Retry", "Discard"):
        shop.sim("/fault", target="send", effect="error", code=100, subcode=2534014, count=1)
        failed = answer(page, f"will be met by {button}")
        failed.get_by_role("button", name=button).focus()
        page.keyboard.press("Enter")
        expect(failed.get_by_role("button", name=button)).to_have_count(0)
        expect(thread(page)).to_be_focused()
        if button == "Retry":
            expect(failed).to_contain_text("Sent")


def test_single_keys_can_be_switched_off_and_the_browser_remembers(shop: Shop, page: Page) -> None:
    shop.writes("no keys please", customer="20100000000009")
    shop.sign_in(page)
    open_thread(page, "no keys please")
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Single keys act in this browser").uncheck()
    page.keyboard.press("Escape")
    for _ in range(2):
        expect(bubble(page, "no keys please")).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.press("?")
        expect(page.get_by_role("textbox", name="Reply")).not_to_be_focused()
        expect(page.get_by_role("dialog", name="Keyboard")).to_have_count(0)
        page.reload()
    expect(bubble(page, "no keys please")).to_be_visible()
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitem", name="Keyboard").click()
    page.get_by_role("checkbox", name="Single keys act in this browser").check()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
