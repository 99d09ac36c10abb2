"""A product that is in use, and a browser in front of it."""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e import browser as chromium
from tests.product import IG_ID, OTHER_IG_ID, PASSWORD, SECRET, Product, eventually, installed

expect.set_options(timeout=30_000)

collect_ignore = [] if os.environ.get("CONFAB_SCREENS") == "1" else ["test_screens.py", "test_screens_of_work.py"]
"""Pictures are taken only when somebody asks for them, so that a run leaves the tree as it was."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For the browser tests alone: while it is open, Playwright keeps a loop running in the main thread, where others want
    to run their own.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Shop:
    """The product with a workspace, an owner and two accounts, and what a test does with it."""

    product: Product
    token: str
    client: httpx2.Client

    def writes(self, text: str | None, customer: str = "1087654321098765", **more: Any) -> str:
        """A customer writes; the mid."""
        body = {"account": IG_ID, "customer": customer, **({"text": text} if text is not None else {}), **more}
        answer = self.product.sim.post("/write", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["mid"]

    def sim(self, door: str, **body: Any) -> dict[str, Any]:
        answer = self.product.sim.post(door, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def files(self) -> dict[str, list[str]]:
        """Links to files of the simulator, by kind: what nobody was told of."""
        kinds = ["image"] * 6 + ["video", "audio", "file", "ig_post", "ig_reel", "story_mention", "ig_story"]
        sent = self.sim("write", account=IG_ID, customer="1", text="", attachments=kinds, deliver=False)
        found: dict[str, list[str]] = {}
        for one in sent["attachments"]:
            links = [value for value in one["payload"].values() if str(value).startswith("http")]
            found.setdefault(one["type"], []).extend(links)
        return found

    def posts(self, body: bytes) -> None:
        """A body as Meta would post it, signed."""
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": f"sha256={signature}", "content-type": "application/json"}
        answer = self.client.post(f"{self.product.url}/api/webhooks/instagram", content=body, headers=headers)
        assert answer.status_code == 200, answer.text

    def get(self, path: str, **query: Any) -> Any:
        """What our API says to the owner."""
        headers = {"authorization": f"Bearer {self.token}"}
        answer = self.client.get(f"{self.product.url}/api/v1{path}", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def conversation(self, customer: str) -> dict[str, Any]:
        """The conversation with a customer, as soon as there is one."""

        def found() -> dict[str, Any] | None:
            items = self.get("/conversations", status="any", limit=100)["items"]
            return next((one for one in items if one["participant"]["ig_id"] == customer), None)

        return eventually(found)

    def customer_called(self, username: str) -> str:
        """The id at Instagram of the customer with this name, as soon as we know it."""

        def found() -> str | None:
            people = [one["participant"] for one in self.get("/conversations", status="any", limit=100)["items"]]
            return next((one["ig_id"] for one in people if one["username"] == username), None)

        return eventually(found)

    def hires(self, name: str, role: str = "agent") -> str:
        """Somebody for the team; their address."""
        email = f"{name.lower()}@example.org"
        person = [email, "--workspace", "Harbour Bakery", "--role", role, "--name", name, "--password-file", "-"]
        self.product.cli("user", "create", *person, text=PASSWORD)
        return email

    def sign_in(
        self, page: Page, path: str = "/", email: str = "dana@example.org", heading: str | None = "Inbox"
    ) -> None:  # fmt: skip
        """As by the form, but quicker; how people fill it in is a test of its own. `heading`: says that it is there."""
        given = {"email": email, "password": PASSWORD}
        answer = page.context.request.post(f"{self.product.url}/api/v1/session", data=given)
        assert answer.ok, answer.text()
        page.goto(f"{self.product.url}{path}")
        if heading is not None:
            expect(page.get_by_role("heading", name=heading)).to_be_visible()


@contextmanager
def opened(product: Product) -> Iterator[Shop]:
    """The product, set up from the command line."""
    token = product.populate((OTHER_IG_ID, "harbour.cafe", "IGAA-other-token"))
    with httpx2.Client(timeout=30) as client:
        yield Shop(product, token, client)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One product for the tests of a module; each test brings its own customers."""
    with installed(tmp_path_factory.mktemp("shop") / "var") as product, opened(product) as shop:
        yield shop


@pytest.fixture
def fresh_shop(tmp_path: Path) -> Iterator[Shop]:
    """A product of the test's own, to be broken."""
    with installed(tmp_path / "var") as product, opened(product) as shop:
        yield shop


MakeContext = Callable[..., BrowserContext]


@pytest.fixture
def contexts(browser: Browser) -> Iterator[MakeContext]:
    """Makes browsers of people, each with its own cookies. A page that raises an error fails the test."""
    with made_contexts(browser) as make:
        yield make


@pytest.fixture
def context(contexts: MakeContext) -> BrowserContext:
    return contexts()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


_NO_UNDO = """try {
  if (localStorage.getItem('confab.undo_s') === null) localStorage.setItem('confab.undo_s', '0')
} catch {}"""  # a page without an address has no storage
"""Answers go at once, so that no test waits: whoever tests the way back switches it on."""


@contextmanager
def made_contexts(browser: Browser) -> Iterator[MakeContext]:
    problems: list[str] = []
    opened_ones: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "timezone_id": "Europe/London", **options}
        context = browser.new_context(**wanted)
        context.add_init_script(_NO_UNDO)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        opened_ones.append(context)
        return context

    yield make
    for context in opened_ones:
        context.close()
    assert problems == []
