"""Many conversations with a past, made at once."""

from typing import Literal

import msgspec

from graphsim import attachments, people, seeds, threads
from graphsim.attachments import Wanted
from graphsim.events import Event
from graphsim.sim import Sim
from graphsim.state import Account, Customer, Message
from graphsim.wire import Doc

DAY_MS = 24 * 3600 * 1000
_MEDIA = ("image", "image", "video", "audio", "file", "ig_post", "story_mention")


class History(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """So many conversations of so many messages each, over the last days; `webhook` also tells the callback."""

    account: str | None = None
    conversations: int = 20
    messages: int = 10
    days: float = 30
    deliver: Literal["silent", "webhook"] = "silent"
    media: float = 0.1
    answered: float = 0.5


def write(sim: Sim, wanted: History) -> Doc:
    """Make the past. The callback hears of it in order of time, in as few bodies as it may (H12)."""
    account = people.account_of(sim, wanted.account)
    customers = [people.customer_of(sim, account, None) for _ in range(wanted.conversations)]
    made = [message for customer in customers for message in _conversation(sim, account, customer, wanted)]
    if wanted.deliver == "webhook":
        made.sort(key=lambda message: message.sent_ms)
        events: list[Event] = [threads.event_of(sim, message) for message in made]
        sim.emit(events)
    return {"customers": [customer.igsid for customer in customers], "messages": len(made)}


def _conversation(sim: Sim, account: Account, customer: Customer, wanted: History) -> list[Message]:
    now = sim.now_ms()
    span_ms = max(1, round(wanted.days * DAY_MS))
    moments = sorted(now - sim.mint.below("moment", span_ms) for _ in range(wanted.messages))
    customer.has_consented = customer.has_consented or bool(moments)
    return [_message(sim, account, customer, at_ms, is_first=at_ms == moments[0], wanted=wanted) for at_ms in moments]


def _message(sim: Sim, account: Account, customer: Customer, at_ms: int, *, is_first: bool, wanted: History) -> Message:
    is_answer = not is_first and sim.mint.chance("side") < wanted.answered
    has_media = sim.mint.chance("media") < wanted.media
    kind = _MEDIA[sim.mint.below("kind", len(_MEDIA))] if not is_answer else "image"
    message = Message(
        mid=sim.mint.mid(account.ig_id, customer.igsid),
        account=account.ig_id,
        igsid=customer.igsid,
        is_from_account=is_answer,
        sent_ms=at_ms,
        text=None if has_media else seeds.answer(sim.mint) if is_answer else seeds.question(sim.mint),
        attachments=attachments.make(sim.shelf, Wanted(type=kind)) if has_media else [],
    )
    threads.add(sim, message)
    return message
