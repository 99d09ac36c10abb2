"""Every setting and every error code is documented, and nothing else is; every picture that a page shows is there."""

import inspect
import re
from pathlib import Path

from confab import errors, settings

ROOT = Path(__file__).parents[2]


def test_docs_settings_is_the_table_of_the_code() -> None:
    documented = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `CONFAB")]
    declared = [
        f"| `{setting.name}`{' **file**' if setting.is_secret else ''} | {setting.meaning} | {setting.shown_default} "
        f"| {', '.join(f'`{name}`' for name in setting.also)} |"
        for setting in settings.declared().values()
    ]
    assert documented == declared


def test_every_error_code_is_documented() -> None:
    documented = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs/errors.md").read_text()))
    sources = [path.read_text() for path in (ROOT / "src/confab").rglob("*.py")]
    raised = {code for text in sources for code in re.findall(r'\bcode="([a-z_]+)"', text)}
    raised |= {kind.code for kind in _tree(errors.ConfabError)}
    raised |= {code for text in sources for code in re.findall(r'\banswer\(\s*\d{3}, "([a-z_]+)"', text)}
    assert raised - documented == set()


def test_the_drawing_of_the_error_tree_is_the_tree() -> None:
    drawing = inspect.getdoc(errors)
    assert drawing is not None
    drawn: list[tuple[int, str]] = []
    for line in drawing.splitlines():
        found = re.match(r"^((?:[│ ]   )*)(?:[├└]── )?([A-Z]\w+)(?: {2,}.*)?$", line)
        if found:
            is_root = not re.search(r"[├└]", line)
            drawn.append((0 if is_root else len(found[1]) // 4 + 1, found[2]))
    assert drawn == _outline(errors.ConfabError, 0)


def test_every_picture_that_a_page_shows_is_there_and_all_of_them_are_small() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())
    }
    assert [picture for picture in shown if not picture.is_file()] == []
    assert sum(picture.stat().st_size for picture in (ROOT / "docs" / "screens").iterdir()) < 4_000_000


def _tree(kind: type[errors.ConfabError]) -> list[type[errors.ConfabError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _tree(child))]


def _outline(kind: type[errors.ConfabError], depth: int) -> list[tuple[int, str]]:
    children = [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
    return [(depth, kind.__name__), *(line for child in children for line in _outline(child, depth + 1))]
