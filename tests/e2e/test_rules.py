"""Rules in a browser: written in plain sentences, tried on the past, at work, explained. Rules RU2, RU17, RU18, RU21."""

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import Shop
from tests.e2e.screen import bubble, open_thread
from tests.product import IG_ID, eventually

CUSTOMER, COMMENTER = "44000000000001", "44000000000009"


def open_rules(page: Page) -> None:
    page.get_by_role("link", name="Rules", exact=True).first.click()
    page.get_by_role("combobox", name="Account").select_option("@harbour.bakery")


def new_rule(page: Page, name: str) -> None:
    page.get_by_role("button", name="New rule").click()
    page.get_by_label("Name", exact=True).fill(name)


def put_on(page: Page) -> None:
    page.get_by_role("combobox", name="Now").select_option("On")
    page.get_by_role("button", name="Save").click()


def rule(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Rules").get_by_role("listitem", name=name)


def test_RU17_RU18_a_rule_is_written_tried_and_explained(shop: Shop, page: Page) -> None:
    shop.writes("What is the price of the big one?", customer="44000000000002", name="Ines Duarte", username="ines.duarte")
    shop.writes("Hello", customer="44000000000003", name="Bo", username="bo")
    eventually(lambda: len(shop.get("/conversations")["items"]) == 2)
    shop.sign_in(page)
    open_rules(page)
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    assert obstacles(page) == []

    new_rule(page, "Prices")
    page.get_by_role("textbox", name="Words", exact=True).fill("price\nhow much")
    page.get_by_role("textbox", name="Reply", exact=True).fill("Hi {nobody}")
    note = page.get_by_role("note", name="In words")
    expect(note).to_have_text("When somebody writes and it mentions “price” or “how much”: reply “Hi {nobody}”.")
    assert obstacles(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="There is no variable {nobody}").first).to_be_visible()
    page.get_by_role("textbox", name="Reply", exact=True).fill("Hi {first_name|there}, it is 12 €.")
    bench = page.get_by_role("region", name="Test bench")
    bench.get_by_role("button", name="Try it").click()
    expect(bench.get_by_role("status", name="Result")).to_contain_text("Of 2 events it would have fired for 1.")
    expect(bench.get_by_role("list", name="It would have fired for")).to_contain_text("What is the price of the big one?")
    expect(bench.get_by_role("list", name="Why not")).to_contain_text("1 ×: none of its words occurs")
    put_on(page)
    expect(rule(page, "Prices")).to_contain_text("never fired")

    shop.writes("How MUCH is it?", customer=CUSTOMER, name="Ana Ruiz", username="ana.ruiz")
    eventually(lambda: "it is 12" in str(shop.product.sim.get("/sends").json()))
    page.get_by_role("link", name="Log").click()
    log = page.get_by_role("list", name="Log")
    expect(log).to_contain_text("Prices fired: done")
    assert obstacles(page) == []
    log.get_by_role("link", name="Conversation").click()
    expect(bubble(page, "it is 12 €")).to_contain_text("Prices")


def test_RU2_a_comment_is_answered_in_private_and_the_customer_answers(shop: Shop, page: Page) -> None:
    shop.sign_in(page)
    open_rules(page)
    new_rule(page, "Comments")
    page.get_by_label("When", exact=True).select_option("somebody comments")
    page.get_by_role("textbox", name="Words", exact=True).fill("price")
    page.get_by_role("textbox", name="Private answer").fill("Twelve euros. Write to us here!")
    put_on(page)
    expect(rule(page, "Comments")).to_contain_text("answer in private “Twelve euros. Write to us here!”")
    shop.sim("comment", account=IG_ID, customer=COMMENTER, text="What is the PRICE?")
    page.get_by_role("link", name="Inbox").click()
    open_thread(page, "Twelve euros")
    expect(bubble(page, "Twelve euros")).to_contain_text("Sent")
    shop.writes("Great, I take two", customer=COMMENTER)
    expect(bubble(page, "Great, I take two")).to_be_visible()
    began_with = page.get_by_role("region", name="Comments").get_by_role("link")
    expect(began_with).to_contain_text("What is the PRICE?")
    expect(began_with).to_contain_text("answered in private")
    sends = shop.product.sim.get("/sends").json()["items"]
    assert [one["text"] for one in sends if one["comment"]] == ["Twelve euros. Write to us here!"]
    details = page.get_by_role("complementary", name="Details").get_by_role("group").filter(has_text="Rules")
    details.get_by_text("Rules", exact=True).click()
    details.get_by_role("button", name="Keep rules out").click()
    expect(details).to_contain_text("Dana keeps rules out of this conversation")
    assert obstacles(page) == []
    details.get_by_role("button", name="Let rules in again").click()
    expect(details).to_contain_text("Rules may answer here")
    open_rules(page)
    page.get_by_role("link", name="Log").click()
    page.get_by_role("list", name="Log").get_by_role("link", name="Comment").click()
    expect(page.get_by_role("region", name="Comments").get_by_role("article")).to_contain_text("What is the PRICE?")
    open_rules(page)
    rule(page, "Comments").get_by_label("Comments: on, off or watching").select_option("Off")
    expect(rule(page, "Comments").get_by_label("Comments: on, off or watching")).to_have_value("off")
    rule(page, "Comments").get_by_role("button", name="Delete Comments").click()
    page.get_by_role("group", name="Delete Comments?").get_by_role("button", name="Delete").click()
    expect(rule(page, "Comments")).to_have_count(0)


def test_RU17_rules_are_put_in_order_written_and_deleted_by_keyboard_and_the_focus_stays(shop: Shop, page: Page) -> None:
    account = next(one["id"] for one in shop.get("/accounts")["items"] if one["username"] == "harbour.cafe")
    headers = {"authorization": f"Bearer {shop.token}"}
    for name in ("First", "Second"):
        definition = {
            "name": name, "trigger": {"kind": "message"},
            "actions": [{"type": "note", "text": "One"}, {"type": "note", "text": "Two"}],
        }  # fmt: skip
        body = {"account_id": account, "mode": "off", "definition": definition}
        shop.client.post(f"{shop.product.url}/api/v1/rules", json=body, headers=headers).raise_for_status()
    shop.sign_in(page, f"/rules?account={account}", heading="Rules")
    rules = page.get_by_role("list", name="Rules").get_by_role("listitem")
    page.get_by_role("button", name="Ask First later").press("Enter")
    expect(rules.first).to_contain_text("Second")
    expect(page.get_by_role("button", name="Ask First later")).to_be_focused()
    assert obstacles(page) == []

    page.get_by_role("button", name="Edit First").press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("First")
    expect(page.get_by_role("region", name="Rules")).to_be_focused()
    page.get_by_role("button", name="Remove: Leave a note").last.press("Enter")
    expect(page.get_by_role("button", name="Remove: Leave a note")).to_have_count(1)
    expect(page.get_by_role("combobox", name="Add to: Then")).to_be_focused()
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(page.get_by_role("region", name="Rules")).to_be_focused()

    page.get_by_role("button", name="Delete Second").press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete Second")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(rules).to_have_count(1)
    expect(page.get_by_role("button", name="New rule")).to_be_focused()


_LISTEN = """class Heard extends Notification {
  constructor(title, options) {
    super(title, options)
    Heard.all.push({ title, body: options.body, tag: options.tag, shown: this })
  }
}
Heard.all = []
window.Notification = Heard"""
"""What the browser is asked to show, beside showing it."""


def test_RU21_what_a_rule_tells_the_team_is_a_notification_of_the_browser_that_leads_to_the_conversation(
    shop: Shop, page: Page, context: BrowserContext
) -> None:
    context.add_init_script(_LISTEN)
    shop.sign_in(page)
    page.get_by_role("button", name="You: Dana").click()
    expect(page.get_by_role("menuitem", name="Notify me in this browser")).to_be_visible()
    page.keyboard.press("Escape")
    context.grant_permissions(["notifications"], origin=shop.product.url)
    page.reload()
    page.get_by_role("button", name="You: Dana").click()
    expect(page.get_by_text("Notifications are on in this browser.")).to_be_visible()
    assert obstacles(page) == []
    page.keyboard.press("Escape")
    open_rules(page)
    new_rule(page, "Complaints")
    page.get_by_role("textbox", name="Words", exact=True).fill("broken")
    page.get_by_role("textbox", name="Reply", exact=True).fill("We are sorry.")
    page.get_by_role("combobox", name="Add to: Then").select_option("Tell the team")
    page.get_by_role("textbox", name="What the team is told").fill("Call her")
    put_on(page)
    expect(rule(page, "Complaints")).to_contain_text("never fired")
    shop.writes("It came broken", customer="44000000000021", name="Cleo Sand", username="cleo.sand")
    (told,) = eventually(lambda: page.evaluate("Notification.all.map(({ title, body }) => ({ title, body }))"))
    assert told["body"] == "Complaints: Call her"
    page.evaluate("Notification.all[0].shown.onclick()")
    expect(page).to_have_url(f"{shop.product.url}/inbox/{shop.conversation('44000000000021')['id']}")
    expect(bubble(page, "It came broken")).to_be_visible()
