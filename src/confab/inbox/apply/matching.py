"""Which of our unanswered sends an echo belongs to. Pure; rule O4 of docs/spec/inbox.md.

Meta's echo names no request of ours (rules N43, S4), so while a receipt is missing an echo is recognised by who it went to,
what it says and when. The receipt, if it comes after all, has the last word.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from confab.model.events import Content, MessageEchoed
from confab.store.outbound import OpenAnswer

_EARLIER = timedelta(seconds=60)  # Meta's clock may be behind ours
_LATER = timedelta(minutes=5)  # no call lasts longer


_SHOWN_AS = {"share": {"share", "ig_post", "ig_reel", "reel"}, "heart": {"like_heart"}}


def find(answers: Sequence[OpenAnswer], echo: MessageEchoed) -> OpenAnswer | None:
    """The oldest answer in flight or in doubt that says the same at about that time, None for a message from elsewhere."""
    return next((answer for answer in answers if _is_at_that_time(answer, echo.sent_at) and _says(answer, echo.content)), None)


def _is_at_that_time(answer: OpenAnswer, sent_at: datetime) -> bool:
    return answer.attempted_at is not None and answer.attempted_at - _EARLIER <= sent_at <= answer.attempted_at + _LATER


def _says(answer: OpenAnswer, content: Content) -> bool:
    """A text says the same words; files and cards, whose content Instagram changes, are as many of the same kind."""
    kinds = [one.kind for one in content.attachments]
    match answer.kind:
        case "text":
            return not kinds and answer.text == content.text
        case "image" | "video" | "audio" | "file":
            return not content.text and kinds == [answer.kind] * answer.files
        case _:
            return len(kinds) == 1 and kinds[0] in _SHOWN_AS.get(answer.kind, {answer.kind})
