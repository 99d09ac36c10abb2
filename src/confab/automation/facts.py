"""What rules know of an event: values alone, gathered by whoever asks them."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from confab.automation import folding
from confab.model.rules import TriggerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An event and who it is from. `at` is Meta's time. `minutes`: of what time brings, which of the waits is over."""

    kinds: frozenset[TriggerKind]
    at: datetime
    text: str | None = None
    payload: str | None = None
    minutes: int | None = None
    media_ig_id: str | None = None
    is_follower: bool | None = None
    is_verified: bool | None = None
    is_member: bool = False
    followers: int | None = None
    labels: frozenset[str] = frozenset()
    messages_before: int = 0
    is_waiting: bool = True


@dataclass(kw_only=True)
class Read:
    """An event as it is compared with many rules: its text is folded once. `last_fired`: when rules last fired for the person."""

    facts: Facts
    now: datetime
    last_fired: dict[UUID, datetime] = field(default_factory=dict)

    @cached_property
    def folded(self) -> str:
        """The text as it is compared."""
        return folding.fold(self.facts.text or "")

    @cached_property
    def words(self) -> list[str]:
        """Its words."""
        return folding.words(self.folded)

    @cached_property
    def line(self) -> str:
        """Its words in one line."""
        return folding.line(self.words)


def kinds_of(
    *, is_tap: bool, is_story_reply: bool, is_story_mention: bool, has_referral: bool, is_first: bool
) -> list[TriggerKind]:
    """Which triggers a message of a participant is, but for the hour."""
    found: list[TriggerKind] = ["tapped" if is_tap else "message"]
    wanted: list[tuple[bool, TriggerKind]] = [
        (is_first, "first_message"), (is_story_reply, "story_reply"), (is_story_mention, "story_mention"),
        (has_referral, "referral"),
    ]  # fmt: skip
    return found + [kind for is_so, kind in wanted if is_so]
