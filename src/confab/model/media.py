"""What may be kept of what a message carries, how it is shown where it may not be kept, and for how long. Pure; rules MD6-MD9.

The one place for it: `inbox/` asks it when a message comes in, `media/` when a file is about to be fetched, shown or forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from confab.parse import AGED, AgedKind, MediaMode

KeepDays = Mapping[AgedKind, int]
Verdict = Literal["keep", "relay", "link", "nothing"]
STORY_REPLY = "story_reply"
"""Our word for the story that a message answers; every other kind is Meta's."""
STORY_POSITION = 100
"""Where the story stands that a message answers: behind everything that the message carries itself."""
STORY_LIFE = timedelta(hours=24)
"""How long a story stands at most. Rule M3."""
STORY_OVER = "the story is no longer available"

_STORIES = frozenset({"story_mention", "ig_story", "story", "story_share", STORY_REPLY})
_TYPES: dict[str, AgedKind] = {"image": "image", "video": "video", "audio": "audio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What Meta gave to find it by: the link to a file, or a page for people, or neither."""

    has_file: bool
    has_page: bool


def is_story(kind: str) -> bool:
    """Whether it is a story's, which is never kept. Rule M6."""
    return kind in _STORIES


def verdict(kind: str, source: Source, mode: MediaMode) -> Verdict:
    """What becomes of it. A page is a link; a story is passed on; the rest is kept where the account keeps anything."""
    if source.has_page:
        return "link"
    if not source.has_file:
        return "nothing"
    return "relay" if is_story(kind) or mode == "reference" else "keep"


def first_state(kind: str, source: Source) -> str:
    """An attachment's state when its message comes in. Kept or passed on is decided when the file is looked at."""
    return {"link": "link", "nothing": "unavailable"}.get(verdict(kind, source, "store"), "pending")


def available_until(kind: str, sent_at: datetime) -> datetime | None:
    """When a story is gone for certain; None for what is none."""
    return sent_at + STORY_LIFE if is_story(kind) else None


def aged_kind(content_type: str) -> AgedKind:
    """As what a file ages: by what it is, not by what Meta called it."""
    return _TYPES.get(content_type.partition("/")[0], "file")


def is_too_old(keep_days: KeepDays, kind: AgedKind, sent_at: datetime, now: datetime) -> bool:
    """Whether a file of this kind is not kept any more."""
    days = keep_days.get(kind)
    return days is not None and sent_at < now - timedelta(days=days)


def too_old(kind: AgedKind, days: int) -> str:
    """Why a file is no longer kept, in words."""
    named = {"image": "pictures", "video": "films", "audio": "sounds", "file": "documents", "avatar": "participants' pictures"}
    return f"{named[kind]} are kept for {days} days here"


__all__ = [
    "AGED", "STORY_LIFE", "STORY_OVER", "STORY_POSITION", "STORY_REPLY", "AgedKind", "KeepDays", "MediaMode", "Source", "Verdict",
    "aged_kind", "available_until", "first_state", "is_story", "is_too_old", "too_old", "verdict",
]  # fmt: skip
