"""Every rule of the spec is held: a test names it, a recording shows it, or the spec itself says that nothing uses it yet."""

import re
from pathlib import Path

from tests import recordings_of

ROOT = Path(__file__).parents[2]
UNUSED = "unused"
_RULE = re.compile(r"^- \*\*([A-Z]+\d+)\*\* (.*(?:\n  .*)*)$", re.MULTILINE)
_TEST = re.compile(r"^ *(?:async )?def test_(\w+)\(", re.MULTILINE)


def rules() -> dict[str, str]:
    """What docs/spec says, by the rule's id."""
    found: dict[str, str] = {}
    for page in sorted((ROOT / "docs/spec").glob("*.md")):
        for id_, text in _RULE.findall(page.read_text()):
            assert id_ not in found, f"there are two rules {id_}"
            found[id_] = text
    return found


def named() -> dict[str, str]:
    """The rules that tests have in their names, each with one of those."""
    names = [name for path in (ROOT / "tests").rglob("test_*.py") for name in _TEST.findall(path.read_text())]
    return {part: name for name in names for part in name.split("_") if re.fullmatch(r"[A-Z]+\d+", part)}


def shown(text: str) -> set[str]:
    """The recordings that a rule names; each goes through normalise and must give its events."""
    return set(re.findall(r"`([\w-]+)`", text)) & set(recordings_of.names())


def is_unused(text: str) -> bool:
    return re.search(rf"\[[^\]]*; {UNUSED}\]$", text) is not None


def test_every_rule_is_named_by_a_test_or_shown_by_a_recording() -> None:
    known = rules()
    assert len(known) > 200
    tested = named()
    assert [id_ for id_, text in known.items() if id_ not in tested and not shown(text) and not is_unused(text)] == []


def test_what_is_called_unused_is_used_by_nothing() -> None:
    unused = {id_ for id_, text in rules().items() if is_unused(text)}
    assert unused & named().keys() == set()
    for path in (ROOT / "src").rglob("*.py"):
        assert unused & set(re.findall(r"\b[A-Z]+\d+\b", path.read_text())) == set(), path


def test_no_test_names_a_rule_that_is_none() -> None:
    assert {id_: name for id_, name in named().items() if id_ not in rules()} == {}


def test_every_recording_belongs_to_a_rule() -> None:
    assert set(recordings_of.names()) - {name for text in rules().values() for name in shown(text)} == set()
