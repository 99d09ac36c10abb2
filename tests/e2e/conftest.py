"""A product that is in use, and a browser in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e import browser as chromium
from tests.product import IG_ID, PASSWORD, Product, installed

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Shop:
    """The product with a workspace, an owner and two accounts, and what a test does with it."""

    product: Product
    token: str
    problems: list[str] = field(default_factory=list)

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

    def sign_in(self, page: Page, path: str = "/") -> None:
        page.goto(f"{self.product.url}{path}")
        page.get_by_label("Email").fill("dana@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def opened(product: Product) -> Shop:
    """The product, set up from the command line."""
    shop = Shop(product, product.populate())
    from tests.product import OTHER_IG_ID

    other = ["--ig-id", OTHER_IG_ID, "--username", "harbour.cafe", "--access-token", "IGAA-other-token"]
    product.cli("account", "add", "--workspace", "Harbour Bakery", *other)
    return shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One product for the tests of a module; each test brings its own customers."""
    with installed(tmp_path_factory.mktemp("shop") / "var") as product:
        yield opened(product)


@pytest.fixture
def fresh_shop(tmp_path: Path) -> Iterator[Shop]:
    """A product of the test's own, to be broken."""
    with installed(tmp_path / "var") as product:
        yield opened(product)


@pytest.fixture
def context(browser: Browser, shop_problems: list[str]) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/London")
    made.on("weberror", lambda error: shop_problems.append(str(error.error)))
    yield made
    made.close()


@pytest.fixture
def shop_problems() -> Iterator[list[str]]:
    """Errors that pages raised; there may be none."""
    problems: list[str] = []
    yield problems
    assert problems == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
