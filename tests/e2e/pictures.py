"""How a picture of docs/screens is taken, and at which sizes."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakeContext

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
WIDE, NARROW, TALL = {"width": 1440, "height": 900}, {"width": 360, "height": 740}, {"width": 880, "height": 1500}
MIDDLE = {"width": 1024, "height": 768}
_COLOURS = 256
"""A screen has few: a palette in which rare ones count, too, shows it as well as all colours do, in a third of the bytes."""


def looks(make: MakeContext, size: dict[str, int], scheme: str) -> Page:
    """A page of somebody with a screen of this size, light or dark."""
    return make(viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=size is NARROW).new_page()


def take(page: Page, name: str) -> None:
    """A picture, once everything stands still."""
    live = page.get_by_role("status", name="Live updates: ")
    if live.count():
        expect(live).to_have_text("Live")
    page.mouse.move(0, 0)
    page.evaluate("() => document.fonts.ready")
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
    seen = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    FOLDER.mkdir(exist_ok=True)
    few = seen.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=8, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
