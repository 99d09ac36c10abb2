"""What has not gone out: scheduled, held for review, failed, in doubt, or waiting for its turn. Read by people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from confab.model.inbox import AccountId, Conversation, Message, MessageId, Seq
from confab.model.outgoing import OnReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """An answer for later, with its conversation. `message` is the first of `parts`, `text` what all of them say.

    Its status is `scheduled`, or `held` when a person has to look at it before it goes.
    """

    message: Message
    conversation: Conversation
    release_at: datetime
    on_reply: OnReply
    parts: int
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """A message that failed or is in doubt, with its conversation. `parts`: it and what was not sent because of it."""

    message: Message
    conversation: Conversation
    troubled_at: datetime
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Which messages need a look: the first 200 of each kind, so that whoever listens to the stream can keep count."""

    scheduled: list[MessageId]
    held: list[MessageId]
    troubled: list[MessageId]
    seq: Seq


Lane = Literal["people", "schedules", "automatic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits to go out for one account: counted up to 10,000 in a lane, and how many seconds Meta's limits make it last.

    `expected_s` None: nobody knows, because a person has to mend something first. `paused_until`: nothing goes before;
    `paused_by`: why nothing goes, or not yet.
    """

    account_id: AccountId
    people: int
    schedules: int
    automatic: int
    expected_s: float | None
    paused_until: datetime | None
    paused_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands that waits to go out: how many of its account go before it, and in how many seconds it goes.

    Counted up to 10,000; the rest is as in the account's queue.
    """

    message_id: MessageId
    ahead: int
    expected_s: float | None
    paused_until: datetime | None
    paused_by: str | None
