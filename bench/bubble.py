"""From the webhook's request until the bubble is in the page: a whole `confab serve`, and a browser that shows the thread."""

import http.client
import itertools
import random
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright
from tests.e2e import browser

from bench import bundle, deliveries, ground
from bench.ground import Verdict

PER_SECOND, P50_MS, P99_MS = 100, 60.0, 250.0
_SENDERS = 4
_IGSID = "1087654321098765"
_STRAGGLERS_S = 30

_WATCH = """() => {
  window.arrived = new Map()
  const look = (article) => {
    const found = /no\\.(\\d+) at (\\d+\\.\\d+)/.exec(article.textContent)
    if (found && !window.arrived.has(found[1])) window.arrived.set(found[1], Date.now() - Number(found[2]))
  }
  new MutationObserver((records) => {
    for (const record of records) for (const node of record.addedNodes) {
      if (!(node instanceof Element)) continue
      if (node.matches("article[data-message-id]")) look(node)
      for (const article of node.querySelectorAll("article[data-message-id]")) look(article)
    }
  }).observe(document.body, { subtree: true, childList: true })
}"""


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """The time of sending stands in the text; an observer in the page notes when an article with it is there."""
    count = 500 if is_quick else 3000
    if not (bundle.built() / "index.html").exists():
        yield Verdict(name="webhook to bubble", measured="the web inbox is not built", promise="p50, p99", is_kept=None)
        return
    with ground.folder() as at, ground.whole(at) as (url, token):
        conversation = _begin(url, token)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser.executable(), args=browser.ARGUMENTS)
            page = chromium.new_page()
            signed_in = page.request.post(f"{url}/api/v1/session", data={"email": ground.EMAIL, "password": ground.PASSWORD})
            assert signed_in.ok, signed_in.text()
            page.goto(f"{url}/inbox/{conversation}")
            page.wait_for_selector("article[data-message-id]")
            _send(url, -100, 0)  # warms up
            page.evaluate(_WATCH)
            sending_s = _send(url, 0, count)
            times = _arrived(page, count)
            chromium.close()
    missing = count - len(times)
    p50_ms, p99_ms = (ground.percentile(times, share) for share in (0.5, 0.99))
    yield Verdict(
        name=f"webhook to bubble at {PER_SECOND}/s", measured=f"p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms",
        promise=f"p50 under {P50_MS:.0f} ms, p99 under {P99_MS:.0f} ms, none missing",
        is_kept=p50_ms < P50_MS and p99_ms < P99_MS and not missing,
        notes=[f"{count} messages in {sending_s:.1f} s, slowest {max(times):.0f} ms, missing {missing}"],
    )  # fmt: skip


def _begin(url: str, token: str) -> str:
    """The conversation that everything goes to, once it is in the list."""
    _Sender(url).send("Hi!")
    until = time.monotonic() + _STRAGGLERS_S
    while time.monotonic() < until:
        items = ground.get(url, token, "/conversations")["items"]
        if items:
            return items[0]["id"]
        time.sleep(0.05)
    raise RuntimeError("the first message did not arrive")


def _send(url: str, first: int, end: int) -> float:
    """One message every ten milliseconds, whether or not the one before is acknowledged; how many seconds it took."""
    began = time.monotonic()
    numbers = itertools.count(first)
    senders = [threading.Thread(target=_send_share, args=(url, numbers, first, end, began)) for _ in range(_SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return time.monotonic() - began


def _send_share(url: str, numbers: Iterator[int], first: int, end: int, began: float) -> None:
    sender = _Sender(url)
    while (number := next(numbers)) < end:
        time.sleep(max(0.0, began + (number - first) / PER_SECOND - time.monotonic()))
        sender.send(f"no.{number} at {time.time() * 1000:.3f}")


class _Sender:
    """Meta's end: one connection kept open."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._chance = random.Random()

    def send(self, text: str) -> None:
        content = deliveries.body(_IGSID, deliveries.mid_of(self._chance), text, int(time.time() * 1000))
        headers = {"content-type": "application/json", "x-hub-signature-256": deliveries.signature(content)}
        self._connection.request("POST", ground.WEBHOOK, content, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a delivery was answered {answer.status}")


def _arrived(page: Page, count: int) -> list[float]:
    """Milliseconds from sending to showing, of every message that shows in time."""
    until = time.monotonic() + _STRAGGLERS_S
    while page.evaluate("window.arrived.size") < count and time.monotonic() < until:
        time.sleep(0.1)
    return page.evaluate("[...window.arrived.values()]")
