"""How the pages of customers look: with the colours of the web inbox, which stand in one place."""

import re
from importlib import resources
from pathlib import Path

from confab.api import member_pages

PAGES = resources.files("confab.api") / "pages"
WEB = Path(__file__).parents[3] / "web" / "src" / "app" / "styles.css"
ROLE = re.compile(r"(--[\w-]+): oklch")


def test_colours_stand_in_one_place_for_the_inbox_and_for_customers() -> None:
    assert "pages/colours.css" in WEB.read_text()
    assert ROLE.findall(WEB.read_text()) == ROLE.findall((PAGES / "members.css").read_text("utf-8")) == []


def test_every_colour_that_a_customer_sees_has_one_for_the_dark_too() -> None:
    shown = member_pages.style()
    light, found, dark = shown.partition("@media (prefers-color-scheme: dark)")
    assert found
    assert "@variant" not in shown
    used = set(re.findall(r"var\((--[\w-]+)\)", (PAGES / "members.css").read_text("utf-8")))
    assert used <= set(ROLE.findall(light))
    assert used <= set(ROLE.findall(dark))
