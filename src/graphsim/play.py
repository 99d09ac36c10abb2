"""Many conversations as a caller tells them: who said what when. Made at once, told to the callback in order of time."""

from dataclasses import replace
from typing import Literal, TypedDict

import msgspec

from graphsim import people, public
from graphsim.attachments import Wanted
from graphsim.events import Event
from graphsim.people import StoryRef, Unknown
from graphsim.sim import Sim
from graphsim.state import Account, Customer
from graphsim.wire import Doc


class Act(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing that happened. `to` is the place in this conversation's list of the message it is about."""

    do: Literal["write", "echo", "postback", "unsend", "edit", "react", "seen", "comment"]
    at: str | float
    to: int | None = None
    text: str | None = None
    attachments: list[Wanted | str] = []
    story: StoryRef | None = None
    payload: str | None = None
    emoji: str | None = "❤️"


class Conversation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A participant, and all that happened between them and the account, oldest first."""

    customer: str
    username: str
    name: str | None = None
    follower_count: int | None = None
    acts: list[Act]


class Play(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The conversations of an account. `webhook` also tells the callback, in as few bodies as it may (H12)."""

    account: str | None = None
    conversations: list[Conversation]
    deliver: Literal["silent", "webhook"] = "webhook"


class _Said(TypedDict, total=False):
    """What a message of either side has."""

    account: str
    customer: str
    at: str | float
    text: str | None
    attachments: list[Wanted | str]
    story: StoryRef | None
    reply_to: str | None


def perform(sim: Sim, play: Play) -> Doc:
    """Let it all have happened; the mids of each conversation, null for an act that made no message. Raises Unknown."""
    account = people.account_of(sim, play.account)
    told: list[tuple[int, Event]] = []
    mids = [_Conversation(sim, account, one, told).perform() for one in play.conversations]
    told.sort(key=lambda pair: pair[0])
    if play.deliver == "webhook":
        sim.emit([event for _, event in told])
    return {"mids": mids, "events": len(told)}


class _Conversation:
    """One conversation while it is played; what the callback must hear is added to `told` with its moment."""

    def __init__(self, sim: Sim, account: Account, script: Conversation, told: list[tuple[int, Event]]) -> None:
        self._sim = sim
        self._account = account.ig_id
        self._script = script
        self._told = told
        self._mids: list[str | None] = []
        self._person = _described(people.customer_of(sim, account, script.customer), script)

    def perform(self) -> list[str | None]:
        for act in self._script.acts:
            with self._sim.gathered() as events:
                self._mids.append(self._one(act))
            at_ms = people.when(self._sim, act.at)
            self._told += [(at_ms, replace(event, at_ms=at_ms)) for event in events]
        return self._mids

    def _one(self, act: Act) -> str | None:
        if act.do in ("write", "echo", "postback", "comment"):
            return self._said(act)
        if act.do == "seen":
            return people.seen(self._sim, people.Seen(account=self._account, customer=self._person.igsid, at=act.at))
        mid = self._about(act)
        if act.do == "unsend":
            return people.unsend(self._sim, people.Unsend(mid=mid, at=act.at)).mid
        if act.do == "edit":
            return people.edit(self._sim, people.Edit(mid=mid, text=act.text or "", at=act.at)).mid
        return people.react(self._sim, people.React(mid=mid, emoji=act.emoji, at=act.at)).mid

    def _said(self, act: Act) -> str | None:
        sim, account, customer = self._sim, self._account, self._person.igsid
        if act.do == "comment":
            public.comment(sim, public.Commenting(account=account, customer=customer, at=act.at, text=act.text))
            return None
        if act.do == "postback":
            title, payload = act.text or "Get started", act.payload or "GET_STARTED"
            tapped = people.Postback(account=account, customer=customer, at=act.at, title=title, payload=payload)
            return people.postback(sim, tapped).mid
        said: _Said = {"account": account, "customer": customer, "at": act.at, "text": act.text, "story": act.story}
        said["attachments"] = act.attachments
        said["reply_to"] = None if act.to is None else self._about(act)
        if act.do == "write":
            return people.write(sim, people.Write(**said)).mid
        return people.echo(sim, people.Echo(**said)).mid

    def _about(self, act: Act) -> str:
        mid = self._mids[act.to] if act.to is not None and 0 <= act.to < len(self._mids) else None
        if mid is None:
            raise Unknown(f"{act.do} of {self._person.username} names no message: to is {act.to}")
        return mid


def _described(person: Customer, script: Conversation) -> Customer:
    person.username = script.username
    person.name = script.name or person.name
    person.follower_count = person.follower_count if script.follower_count is None else script.follower_count
    return person
