"""Whether everybody can use a page: what axe finds, once nothing on it moves any more."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TRIES = 5
_COME_TO_REST = """async () => {
  const moving = () => document.getAnimations()
    .filter((one) => one.playState === "running" && one.effect?.getComputedTiming().endTime !== Infinity)
  while (moving().length > 0) await Promise.allSettled(moving().map((one) => one.finished))
  window.__stirred = false
  const note = () => { window.__stirred = true }
  for (const name of ["animationstart", "transitionrun"]) addEventListener(name, note, { capture: true, once: true })
}"""
_HAS_STIRRED = "() => new Promise((done) => requestAnimationFrame(() => done(window.__stirred)))"


def obstacles(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Every rule that is broken, and by what; of these groups of rules alone, if any are named."""
    found: list[Any] = []
    for _ in range(_TRIES):
        page.evaluate(_COME_TO_REST)  # what is half faded in has half its contrast
        found = Axe().run(page, options={"runOnly": list(rules)} if rules else None).response["violations"]
        if not page.evaluate(_HAS_STIRRED):
            break
    return [f"{one['id']}: {node['html'][:200]}: {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]
