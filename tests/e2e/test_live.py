"""What happens while somebody looks: by others, by customers, by a connection that breaks. Rules F1-F8, laws 1, 3 and 11."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from confab.model.inbox import AccountId, AgentId, Viewer, WorkspaceId
from confab.store import embedded
from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import answer, bubble, frame_ms, live, open_thread, row, thread, wait_until
from tests.filled import fill
from tests.product import IG_ID, RETRIES
from tests.world import Customer, World, body

TOP = """(log) => {
  const edge = log.getBoundingClientRect().top
  const shown = [...log.querySelectorAll("article")].find((one) => one.getBoundingClientRect().bottom > edge + 1)
  return [shown.dataset.messageId, Math.round(shown.getBoundingClientRect().top - edge)]
}"""


def talk(shop: Shop, customer: str, count: int) -> None:
    """A long conversation: so many messages, the last one a minute ago."""
    writer, now = Customer(IG_ID, customer), datetime.now(UTC)
    items = [
        writer.writes(f"{customer}-{nth}", f"line {nth} " + "of a long story " * (nth % 7), now - timedelta(minutes=count - nth))
        for nth in range(count)
    ]
    for start in range(0, count, 40):
        shop.posts(body(IG_ID, *items[start : start + 40]))


def test_two_people_see_a_message_its_badge_and_that_the_other_has_read_it(shop: Shop, contexts: MakeContext) -> None:
    shop.hires("Ravi")
    dana, ravi = contexts().new_page(), contexts().new_page()
    shop.sign_in(dana)
    shop.sign_in(ravi, email="ravi@example.org")
    for text, count in (("first of two", "1 message"), ("second of two", "2 messages")):
        shop.writes(text, customer="25000000000001", username="una.unread")
        for page in (dana, ravi):
            expect(row(page, text)).to_have_accessible_name(re.compile(f"unread, {count}"))
            expect(row(page, text)).to_contain_text(re.compile(f"{count[0]}$"))
    ravi.get_by_role("tab", name="Unread").click()
    expect(row(ravi, "second of two")).to_have_count(1)
    open_thread(dana, "second of two")
    expect(row(dana, "second of two")).not_to_have_accessible_name(re.compile("unread"))
    expect(row(ravi, "second of two")).to_have_count(0)
    shop.writes("third, while she looks", customer="25000000000001")
    expect(bubble(dana, "third, while she looks")).to_have_count(1)
    expect(row(dana, "third, while she looks")).not_to_have_accessible_name(re.compile("unread"))


def test_an_answer_is_there_within_a_tenth_of_a_second_and_only_once(shop: Shop, contexts: MakeContext) -> None:
    shop.writes("How fast are you?", customer="25000000000002")
    page, other = contexts().new_page(), contexts().new_page()
    for one in (page, other):
        shop.sign_in(one)
        open_thread(one, "How fast are you?")
    page.route("**/messages", lambda route: route.continue_() if route.request.method == "GET" else later.append(route))
    later: list = []
    took, frame = [], frame_ms(page)
    for text in ("very", "very very", "very very very"):
        page.get_by_role("textbox", name="Reply").fill(text)
        page.evaluate(_WATCH_FOR_BUBBLE, text)
        page.keyboard.press("Enter")
        took.append(page.evaluate("() => window.__shown"))
        expect(thread(page).get_by_text(text, exact=True)).to_have_count(1)
        wait_until(page, lambda: later)
        later.pop().continue_()
        for one in (page, other):
            sent = thread(one).get_by_role("article").filter(has=one.get_by_text(text, exact=True))
            expect(sent).to_have_accessible_name(re.compile(r"^Dana, \d+:\d\d, sent$"))
            expect(sent).to_have_count(1)
    assert min(took) < 6 * max(frame, frame_ms(page)), took


_WATCH_FOR_BUBBLE = """(text) => {
  let pressed = 0
  window.__shown = new Promise((resolve) => {
    addEventListener("keydown", () => { pressed = performance.now() }, { capture: true, once: true })
    const look = () => {
      const found = [...document.querySelectorAll("[role=log] article p")].some((one) => one.textContent === text)
      if (found) requestAnimationFrame(() => resolve(performance.now() - pressed))
      else requestAnimationFrame(look)
    }
    look()
  })
}"""


def test_a_screen_reader_hears_news_once_and_nothing_of_it_stays(shop: Shop, page: Page) -> None:
    shop.writes("hello there", customer="28000000000005", name="Ida", username="ida.heard")
    shop.sign_in(page)
    open_thread(page, "hello there")
    expect(row(page, "Ida")).to_have_count(1)
    heard = page.get_by_role("status", name="Announcements")
    expect(heard).to_be_empty()
    shop.writes("my card number is 6000", customer="28000000000005")
    expect(heard).to_have_text("Ida: my card number is 6000")
    expect(heard).to_be_empty()
    shop.writes("my card number is 7000", customer="28000000000005")
    expect(heard).to_have_text("Ida: my card number is 7000")
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("7000")).to_have_count(0, timeout=100)


def test_a_broken_connection_is_told_and_mended_without_a_reload_or_a_loss(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    shop.sim("/settings", **RETRIES)
    shop.writes("before the break", customer="25000000000003")
    shop.sign_in(page)
    open_thread(page, "before the break")
    page.evaluate("() => { window.__sameDocument = true }")
    banner = page.get_by_role("status", name="Connection")
    expect(banner).to_be_empty()
    shop.product.stop()
    expect(banner).to_contain_text("The live connection is interrupted.")
    for text in ("queued one", "queued two"):
        expect(answer(page, text)).to_contain_text("Not sent yet. It goes out when Confab can be reached.")
    for nth in range(3):
        shop.writes(f"written meanwhile {nth}", customer="25000000000003")
    shop.product.start()
    for text in ("queued one", "queued two"):
        expect(bubble(page, text)).to_contain_text("Sent", timeout=90_000)
        expect(bubble(page, text)).to_have_count(1)
    for nth in range(3):
        expect(bubble(page, f"written meanwhile {nth}")).to_have_count(1, timeout=90_000)
    expect(banner).to_be_empty()
    assert page.evaluate("() => window.__sameDocument")
    assert [sent["text"] for sent in shop.product.sim.get("/sends").json()["items"]] == ["queued one", "queued two"]


def test_new_messages_do_not_move_what_somebody_reads_further_up(shop: Shop, page: Page) -> None:
    talk(shop, "25000000000004", 60)
    shop.sign_in(page)
    log = open_thread(page, "line 59")
    expect(bubble(page, "line 59")).to_be_in_viewport()
    log.evaluate("(log) => { log.scrollTop -= 900 }")
    jump = page.get_by_role("button", name="Jump to the latest")
    expect(jump).to_be_visible()
    expect(page.get_by_text("Loading earlier messages…")).to_have_count(0)
    before = log.evaluate(TOP)
    for nth in range(3):
        shop.writes(f"new below {nth}", customer="25000000000004")
        expect(bubble(page, f"new below {nth}")).to_have_count(1)
    assert log.evaluate(TOP) == before
    expect(jump).to_have_accessible_name("Jump to the latest, 3 new")
    expect(jump).to_contain_text("3 new")
    expect(row(page, "new below 2")).to_have_accessible_name(re.compile("unread, 3 messages"))
    jump.click()
    expect(bubble(page, "new below 2")).to_be_in_viewport()
    expect(jump).to_have_count(0)
    expect(row(page, "new below 2")).not_to_have_accessible_name(re.compile("unread"))


def test_older_messages_come_while_scrolling_and_nothing_jumps(shop: Shop, page: Page) -> None:
    talk(shop, "25000000000005", 130)
    shop.sign_in(page)
    log = open_thread(page, "line 129")
    expect(bubble(page, "line 129")).to_be_in_viewport()
    live(page)
    while (count := log.get_by_role("article").count()) < 130:
        log.evaluate("(log) => { log.scrollTop = 30 }")
        log.evaluate(STAND_STILL)
        expect(log.get_by_role("article")).not_to_have_count(count)
        moved = log.evaluate("(log) => log.__moved")
        assert max(moved) - min(moved) <= 1, moved
    lines = [text.split(" of ")[0].strip() for text in log.get_by_role("article").locator("p").all_inner_texts()]
    assert [int(re.search(r"line (\d+)", line)[1]) for line in lines if "line" in line] == list(range(130))  # pyright: ignore[reportOptionalSubscript]: it has one
    log.evaluate("(log) => { log.scrollTop = 0 }")
    expect(log.get_by_role("button", name="Load earlier from Instagram")).to_be_in_viewport()


def test_whoever_looks_on_during_a_flood_holds_the_newest_and_scrolls_back_to_the_rest(shop: Shop, page: Page) -> None:
    talk(shop, "25000000000006", 1)
    shop.sign_in(page)
    log = open_thread(page, "line 0")
    writer, now = Customer(IG_ID, "25000000000006"), datetime.now(UTC)
    for start in range(0, 200, 20):
        items = [
            writer.writes(f"flood-{nth}", f"drop {nth}.", now + timedelta(milliseconds=nth)) for nth in range(start, start + 20)
        ]
        shop.posts(body(IG_ID, *items))
        expect(bubble(page, f"drop {start + 19}.")).to_be_in_viewport()
    assert log.get_by_role("article").count() <= 150
    while (count := log.get_by_role("article").count()) < 201:
        log.evaluate("(log) => { log.scrollTop = 30 }")
        expect(log.get_by_role("article")).not_to_have_count(count)
    drops = [int(drop) for drop in re.findall(r"drop (\d+)\.", log.inner_text())]
    assert drops == list(range(200))


STAND_STILL = """(log) => {
  const edge = log.getBoundingClientRect().top
  const row = [...log.querySelectorAll("article")].find((one) => one.getBoundingClientRect().bottom > edge + 1)
  const top = () => row.getBoundingClientRect().top - log.getBoundingClientRect().top
  log.__moved = [top()]
  const look = () => { log.__moved.push(top()); log.__frame = requestAnimationFrame(look) }
  cancelAnimationFrame(log.__frame)
  look()
}"""


@pytest.fixture
def crowded(fresh_shop: Shop) -> Shop:
    """Ten thousand conversations."""
    me, account = fresh_shop.get("/me"), fresh_shop.get("/accounts")["items"][0]
    workspace, agent = WorkspaceId(UUID(me["workspace"]["id"])), AgentId(UUID(me["agent"]["id"]))
    viewer = Viewer(workspace_id=workspace, agent_id=agent, name="Dana", email="dana@example.org", role="owner")
    world = World(workspace=workspace, account=AccountId(UUID(account["id"])), ig_id=account["ig_id"], viewer=viewer)
    with embedded.running(fresh_shop.product.folder) as doors, ThreadPoolExecutor(1) as thread_of_its_own:
        thread_of_its_own.submit(asyncio.run, fill(doors.owner, world, 10_000, 1)).result()
    return fresh_shop


def test_ten_thousand_conversations_scroll_smoothly_and_none_is_missing(crowded: Shop, page: Page) -> None:
    crowded.sign_in(page, "/inbox?status=any")
    expect(page.get_by_role("option").first).to_contain_text("message 10000")
    frame = frame_ms(page)
    seen = page.get_by_role("listbox", name="Conversations").evaluate(_SCROLL_THROUGH)
    assert seen["missing"] == [], seen
    assert seen["positions"] == 10_000
    assert seen["mostRows"] < 60
    assert seen["medianFrameMs"] < 3 * max(frame, frame_ms(page)), seen["medianFrameMs"]
    assert seen["blankFrames"] / seen["frames"] < 0.02, seen
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_attribute("role", "option")
    page.keyboard.press("Home")
    expect(page.locator(":focus")).to_contain_text("message 10000")
    page.keyboard.press("End")
    expect(page.locator(":focus")).to_have_attribute("aria-posinset", "10000")
    wait_until(page, lambda: _is_a_run_to_the_end(page))


def _is_a_run_to_the_end(page: Page) -> bool:
    positions = page.get_by_role("option").evaluate_all("(rows) => rows.map((row) => Number(row.ariaPosInSet))")
    return positions[-1:] == [10_000] and all(after == before + 1 for before, after in pairwise(positions))


_SCROLL_THROUGH = """async (list) => {
  const frame = () => new Promise(requestAnimationFrame)
  const found = new Map()
  const times = []
  let mostRows = 0, blankFrames = 0, still = 0, last = performance.now()
  const began = last
  while (found.size < 10000 && still < 600 && performance.now() - began < 180000) {
    await frame()
    const now = performance.now()
    times.push(now - last)
    last = now
    const rows = [...list.querySelectorAll('[role="option"]')]
    mostRows = Math.max(mostRows, rows.length)
    for (const row of rows) {
      found.set(Number(row.getAttribute("aria-posinset")), Number(/message (\\d+)/.exec(row.textContent)?.[1]))
    }
    const box = list.getBoundingClientRect()
    const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    if (!middle?.closest('[role="option"]')) blankFrames++
    const before = list.scrollTop
    list.scrollTop += 700
    still = list.scrollTop === before ? still + 1 : 0
  }
  const missing = []
  for (let at = 1; at <= 10000; at++) if (found.get(at) !== 10001 - at) missing.push(at)
  times.sort((a, b) => a - b)
  const medianFrameMs = times[times.length >> 1]
  return { positions: found.size, missing: missing.slice(0, 20), mostRows, medianFrameMs, blankFrames, frames: times.length }
}"""
