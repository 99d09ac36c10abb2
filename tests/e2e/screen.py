"""What a person finds on the screen, by role and name."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

TIME = r"\d{1,2}:\d{2}"


def row(page: Page, text: str) -> Locator:
    """The conversation whose row says so."""
    return page.get_by_role("option").filter(has_text=text)


def thread(page: Page) -> Locator:
    return page.get_by_role("log")


def bubble(page: Page, text: str) -> Locator:
    """The message that says so."""
    return thread(page).get_by_role("article").filter(has_text=text)


def open_thread(page: Page, text: str) -> Locator:
    """Press the row, and wait for its messages."""
    row(page, text).first.click()
    expect(thread(page).get_by_role("article").first).to_be_visible()
    return thread(page)


def live(page: Page) -> None:
    """Wait until changes come in: before that a banner may say so, and move what is below it."""
    expect(page.get_by_role("status", name="Live updates: Live")).to_be_attached()


def place(article: Locator) -> list[float]:
    """Where it stands in what scrolls around it, and how large it is."""
    return article.evaluate(_PLACE)


_PLACE = """(one) => {
  const at = one.getBoundingClientRect(), around = one.closest("[role=log], section").getBoundingClientRect()
  return [at.left - around.left, at.top - around.top, at.width, at.height].map(Math.round)
}"""


def answer(page: Page, text: str) -> Locator:
    """Write an answer and press Enter; its bubble."""
    page.get_by_role("textbox", name="Reply").fill(text)
    page.keyboard.press("Enter")
    return bubble(page, text)


def press_in_one_go(page: Page, *keys: str) -> None:
    """As a busy browser hears keys that were pressed quickly: nothing of its own comes between them. They type nothing."""
    page.evaluate(_PRESS, keys)


def api_calls(page: Page) -> list[str]:
    """From now on: every request of the page to our API, as "GET /conversations?view=all"."""
    calls: list[str] = []

    def note(request: Request) -> None:
        _, found, path = request.url.partition("/api/v1")
        if found:
            calls.append(f"{request.method} {path}")

    page.on("request", note)
    return calls


def exactly(text: str) -> re.Pattern[str]:
    """A text as the whole of a name, with TIME where it says so."""
    return re.compile("^" + re.escape(text).replace("TIME", TIME) + "$")


def kept(page: Page) -> str:
    """All that IndexedDB holds, as one text."""
    return page.evaluate(_KEPT)


def kept_kinds(page: Page) -> set[str]:
    """Of what the browser keeps something: "messages", "notes", and so on."""
    return set(re.findall(r'"key":\["(\w+)"', kept(page)))


def frame_ms(page: Page) -> float:
    """How long a frame takes this browser now in which 500 lines are made, one frame at least: what there is to compare with on
    a machine that is slow or busy.
    """
    other = page.context.new_page()
    took_ms = float(other.evaluate(_FRAME_MS))
    other.close()
    page.bring_to_front()
    return max(took_ms, 1000 / 60)


_FRAME_MS = """async () => {
  const times = []
  let last = await new Promise(requestAnimationFrame)
  while (times.length < 30) {
    const lines = Array.from({ length: 500 }, (_, nth) => {
      const line = document.createElement("p")
      line.textContent = `line ${nth} of a page that is made anew`
      return line
    })
    document.body.replaceChildren(...lines)
    const now = await new Promise(requestAnimationFrame)
    times.push(now - last)
    last = now
  }
  return times.sort((a, b) => a - b)[times.length >> 1]
}"""


def wait_until(page: Page, look: Callable[[], object], within_s: float = 60) -> None:
    """Until something true is seen, while the page's events go on."""
    deadline = time.monotonic() + within_s
    while not look():
        assert time.monotonic() < deadline, f"never seen: {look}"
        page.wait_for_timeout(10)


_PRESS = """(keys) => keys.forEach((key) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""

_KEPT: Any = """async () => {
  let text = ""
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const asked = indexedDB.open(name)
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll()
      await new Promise((resolve) => { all.onsuccess = resolve })
      text += JSON.stringify(all.result)
    }
    database.close()
  }
  return text
}"""
