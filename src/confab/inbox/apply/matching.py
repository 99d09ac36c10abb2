"""Which of our unanswered sends an echo belongs to. Pure; rule O4 of docs/spec/inbox.md.

Meta's echo names no request of ours (rules N43, S4), so while a receipt is missing an echo is recognised by who it went to,
what it says and when. The receipt, if it comes after all, has the last word.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from confab.model.events import MessageEchoed
from confab.store.outbound import OpenAnswer

_EARLIER = timedelta(seconds=60)  # Meta's clock may be behind ours
_LATER = timedelta(minutes=5)  # no call lasts longer


def find(answers: Sequence[OpenAnswer], echo: MessageEchoed) -> OpenAnswer | None:
    """The oldest answer in flight or in doubt that says the same at about that time, None for a message from elsewhere."""
    if echo.content.attachments:
        return None
    return next((answer for answer in answers if says(answer, echo.content.text, echo.sent_at)), None)


def says(answer: OpenAnswer, text: str | None, sent_at: datetime) -> bool:
    """Whether the answer could be what Instagram shows as this text, sent at this time."""
    if answer.text != text or answer.attempted_at is None:
        return False
    return answer.attempted_at - _EARLIER <= sent_at <= answer.attempted_at + _LATER
