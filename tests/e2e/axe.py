"""Whether everybody can use a page: what axe finds, once nothing on it moves any more."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AT_REST = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished))"""


def obstacles(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Every rule that is broken, and by what; of these groups of rules alone, if any are named."""
    page.evaluate(_AT_REST)  # what is half faded in has half its contrast
    found = Axe().run(page, options={"runOnly": list(rules)} if rules else None).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}: {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]
