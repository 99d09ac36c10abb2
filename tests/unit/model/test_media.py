"""What may be kept, and for how long: the table of docs/media.md, row by row. Rules MD6, MD7, MD9 of docs/spec/inbox.md."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from confab.media.policy import Policy
from confab.model import media
from confab.model.media import MediaMode, Source

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
FILE, PAGE = Source(has_file=True, has_page=False), Source(has_file=False, has_page=True)
NEITHER, BOTH = Source(has_file=False, has_page=False), Source(has_file=True, has_page=True)
STORIES = ("story_mention", "ig_story", "story", "story_share", media.STORY_REPLY)
OTHERS = ("image", "video", "audio", "file", "ig_post", "ig_reel", "share", "sticker", "a kind of tomorrow")


@pytest.mark.parametrize("kind", STORIES)
@pytest.mark.parametrize("mode", ["store", "reference"])
def test_M6_MD6_a_story_is_never_kept_whatever_the_account_says(kind: str, mode: MediaMode) -> None:
    assert media.verdict(kind, FILE, mode) == "relay"


@pytest.mark.parametrize("kind", OTHERS)
def test_M8_MD6_whether_anything_else_is_kept_is_the_operators_choice(kind: str) -> None:
    assert media.verdict(kind, FILE, "store") == "keep"
    assert media.verdict(kind, FILE, "reference") == "relay"


@pytest.mark.parametrize("kind", [*STORIES, *OTHERS])
def test_MD6_a_page_is_a_link_and_nothing_is_nothing(kind: str) -> None:
    for mode in ("store", "reference"):
        assert media.verdict(kind, PAGE, mode) == media.verdict(kind, BOTH, mode) == "link"
        assert media.verdict(kind, NEITHER, mode) == "nothing"
    assert media.first_state(kind, FILE) == "pending"
    assert media.first_state(kind, PAGE) == "link"
    assert media.first_state(kind, NEITHER) == "unavailable"


def test_MD6_the_documented_table_is_the_policy() -> None:
    """Each row of the table: a kind, what Meta gave, and what becomes of it in mode store and in mode reference."""
    given = {"a file": FILE, "a page": PAGE, "nothing": NEITHER}
    rows = re.findall(
        r"^\| (.+?) \| (a file|a page|nothing) \| (\w+) \| (\w+) \|", (ROOT / "docs/media.md").read_text(), re.MULTILINE
    )
    assert len(rows) == 5
    for kinds, source, stored, referenced in rows:
        for kind in re.findall(r"`(\w+)`", kinds) or ["anything"]:
            assert media.verdict(kind, given[source], "store") == stored
            assert media.verdict(kind, given[source], "reference") == referenced


def test_MD7_a_story_stands_a_day_at_most() -> None:
    assert media.available_until("story_mention", AT) == AT + timedelta(hours=24)
    assert media.available_until("image", AT) is None


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("image/webp", "image"), ("video/mp4", "video"), ("audio/ogg", "audio"), ("application/pdf", "file")],
)
def test_MD9_a_file_ages_as_what_it_is(content_type: str, kind: str) -> None:
    rules = Policy(default="store", keep_days={kind: 90})  # type: ignore[dict-item]
    days = timedelta(days=90)
    assert rules.too_old(content_type, AT - days, AT) is None
    reason = rules.too_old(content_type, AT - days - timedelta(seconds=1), AT)
    assert reason is not None
    assert reason.endswith("are kept for 90 days here")
    assert rules.too_old("image/png" if kind != "image" else "video/mp4", AT - 10 * days, AT) is None


def test_MD9_without_a_setting_everything_is_kept_for_ever() -> None:
    rules = Policy(default="store", keep_days={})
    assert rules.too_old("video/mp4", datetime(2010, 1, 1, tzinfo=UTC), AT) is None
    assert rules.before("avatar", AT) is None


def test_MD8_an_account_of_its_own_mind_beats_the_installation() -> None:
    rules = Policy(default="reference", keep_days={})
    assert (rules.mode(None), rules.mode("store"), rules.mode("reference")) == ("reference", "store", "reference")
