"""Rules that answer by themselves: when, if, then. The same values in the API, the editor and the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType
from uuid import UUID

import msgspec

from confab.model.inbox import AccountId, AgentRef, ConversationId, MessageId
from confab.model.outgoing import QuickReply

RuleId = NewType("RuleId", UUID)

TriggerKind = Literal[
    "message", "first_message", "story_reply", "story_mention", "comment", "tapped", "reaction", "referral", "no_answer",
    "window_closing", "outside_hours",
]  # fmt: skip
EventKind = Literal["message", "comment", "reaction", "referral", "no_answer", "window_closing"]
Mode = Literal["on", "off", "watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a rule is asked. `payload`: of `tapped`, which one (None: any). `minutes`: of `no_answer`, after how many; of
    `window_closing`, how many before the reply window closes."""

    kind: TriggerKind
    payload: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextIs:
    """What was written. `any`: one of the words or phrases occurs; `all`: each does; `exact`: the whole text is one of them;
    `pattern`: one of the regular expressions (RE2) matches. Case, accents and width never count."""

    type: Literal["text"]
    match: Literal["any", "all", "exact", "pattern"]
    values: tuple[str, ...]
    is_not: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIs:
    """Who wrote; what is None does not matter, and what nobody knows is not so."""

    type: Literal["person"]
    is_follower: bool | None = None
    is_verified: bool | None = None
    is_member: bool | None = None
    min_followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The conversation has one of `any` (empty: whatever), and none of `none`."""

    type: Literal["labels"]
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryIs:
    """How long and how much we have talked: messages of theirs before this one; whether they wait for a person's answer."""

    type: Literal["history"]
    min_messages: int | None = None
    max_messages: int | None = None
    is_waiting: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` to `end` (HH:MM) on these days, 0 being Monday. An end that is not after the start lies on the next day."""

    days: tuple[int, ...]
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeIs:
    """When it happened, by the account's clock: within these times or outside them; none given: the business hours."""

    type: Literal["time"]
    is_within: bool
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostIs:
    """Under which posts, by their ids at Meta."""

    type: Literal["post"]
    media_ig_ids: tuple[str, ...]


Condition = TextIs | PersonIs | Labelled | HistoryIs | TimeIs | PostIs


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Write to them; the text may hold variables, and choices under it."""

    type: Literal["reply"]
    text: str
    quick_replies: tuple[QuickReply, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateReply:
    """Answer the comment in private: one message, ever."""

    type: Literal["private_reply"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReply:
    """Answer the comment where everybody reads it."""

    type: Literal["public_reply"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutLabels:
    """Put labels on the conversation and take others off."""

    type: Literal["label"]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTo:
    """Hand the conversation to somebody of the team, or to nobody."""

    type: Literal["assign"]
    agent_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutStatus:
    """Open, close or snooze the conversation; `snooze_minutes` says for how long."""

    type: Literal["status"]
    status: Literal["open", "closed", "snoozed"]
    snooze_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveNote:
    """Leave a remark for the team."""

    type: Literal["note"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Tell the team: a line in the conversation, which open browsers show, and a mail to these people where mail is set up."""

    type: Literal["notify"]
    text: str
    agent_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """Tell another program, by a signed request."""

    type: Literal["webhook"]
    url: str


Action = Reply | PrivateReply | PublicReply | PutLabels | AssignTo | PutStatus | LeaveNote | Notify | CallOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a rule says. `stops`: once it fired, the rules after it are not asked. `cooldown_s`: for the same person not again so
    soon."""

    name: str
    trigger: Trigger
    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]
    stops: bool
    cooldown_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of an account at its newest version. `fired` counts the last seven days, up to 1000."""

    id: RuleId
    account_id: AccountId
    position: int
    mode: Mode
    definition: Definition
    version: int
    updated_at: datetime
    updated_by: AgentRef
    fired: int = 0
    last_fired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """What a rule said before."""

    version: int
    mode: Mode
    definition: Definition
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """What holds for all rules of an account. `zone` is an IANA name; without `hours` it is always open. `disclosure` is added to
    every automatic text. Whoever writes one of `opt_out_words` hears from rules no more, one of `person_words` gets a person;
    `opt_in_words` take the first back. A person's answer keeps rules out of the conversation for `pause_minutes`. No more than
    `most_per_hour` automatic messages go to one person."""

    zone: str = "UTC"
    hours: tuple[Span, ...] = ()
    disclosure: str | None = None
    opt_out_words: tuple[str, ...] = ("stop", "unsubscribe")
    opt_in_words: tuple[str, ...] = ("start",)
    person_words: tuple[str, ...] = ("human", "person", "agent")
    pause_minutes: int = 720
    most_per_hour: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A rule that was asked about an event: whether it fired, and if not, why."""

    rule_id: RuleId
    version: int
    name: str
    fired: bool
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one action: `done`, `refused` with the reason, or `watched` where the rule only watches."""

    action: str
    outcome: Literal["done", "refused", "watched"]
    why: str | None = None
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """A rule that fired, and what came of each of its actions."""

    rule_id: RuleId
    version: int
    is_watch: bool
    outcome: Literal["done", "partly", "refused", "watched"]
    results: list[Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRun:
    """What became of an event. `passed_over`: so many rules of its trigger have no word that occurs in it; `quiet`: why no rule
    was asked at all."""

    id: UUID
    account_id: AccountId
    conversation_id: ConversationId | None
    kind: EventKind
    subject_id: UUID | None
    at: datetime
    looked: list[Looked]
    passed_over: int
    quiet: str | None
    fires: list[Fire]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An event for which a rule would have fired, and when."""

    kind: EventKind
    subject_id: UUID
    conversation_id: ConversationId | None
    at: datetime
    text: str | None
    username: str | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """What a rule would have done to a piece of the past, up to a moment: `seen` events, for which of them it would have `fired`,
    and why not for the others, by reason. `cut_off`: why the try-out goes no further, though there is more; null: it does, or
    all was looked at."""

    seen: int
    fired: list[Tried]
    misses: dict[str, int]
    up_to: datetime
    cut_off: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStanding:
    """Whether rules answer in a conversation. `paused_until` with the reason; `opted_out_at`: they asked for no more."""

    paused_until: datetime | None
    pause_reason: str | None
    opted_out_at: datetime | None


_CONDITIONS: dict[str, type[Condition]] = {
    "text": TextIs, "person": PersonIs, "labels": Labelled, "history": HistoryIs, "time": TimeIs, "post": PostIs,
}  # fmt: skip
_ACTIONS: dict[str, type[Action]] = {
    "reply": Reply, "private_reply": PrivateReply, "public_reply": PublicReply, "label": PutLabels, "assign": AssignTo,
    "status": PutStatus, "note": LeaveNote, "notify": Notify, "webhook": CallOut,
}  # fmt: skip


def definition(kept: dict[str, Any]) -> Definition:  # kept as JSON
    """A definition as it was written down."""
    return Definition(
        name=kept["name"], trigger=msgspec.convert(kept["trigger"], Trigger), stops=kept["stops"], cooldown_s=kept["cooldown_s"],
        conditions=tuple(msgspec.convert(one, _CONDITIONS[one["type"]]) for one in kept["conditions"]),
        actions=tuple(msgspec.convert(one, _ACTIONS[one["type"]]) for one in kept["actions"]),
    )  # fmt: skip
