"""May this be sent, now, by this actor? The one function that everything which goes out has to pass. Pure.

Rules G1-G24 of docs/spec/gate.md, and for comments CG1-CG11 of docs/spec/comments.md. Asked when something is written, when what
was scheduled is due, and at the moment of the call:
what is allowed now may be refused later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from confab.inbox import in_public, policy
from confab.inbox.contents import refused_content
from confab.inbox.in_public import Public
from confab.inbox.policy import Ruling, Verdict
from confab.model.inbox import WindowOpener
from confab.model.outgoing import ActorKind, OutboundKind

PRIVATE_REPLY_WINDOW = timedelta(days=7)
"""How long a comment may be answered in private (rule S18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentState:
    """The comment that a private reply is for. `author_igsid`: None where Instagram does not say who wrote it.

    `is_over`: the broadcast that it was written in is.
    """

    kind: str
    author_igsid: str | None
    is_own: bool
    is_deleted: bool
    is_answered: bool
    created_at: datetime
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """The message that is reacted to or answered. `is_at_meta`: Instagram gave it an id."""

    is_at_meta: bool
    is_unsent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to send: `payload` as in `outbound_messages`."""

    actor: ActorKind
    kind: OutboundKind
    payload: dict[str, Any]  # by kind; see contents.py
    comment: CommentState | None = None
    referred: Referred | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The conversation and the account as they are."""

    opened_at: datetime | None
    opened_by: WindowOpener | None
    refused_at: datetime | None
    is_self: bool
    unreachable_at: datetime | None
    handled_elsewhere: bool
    human_agent: bool
    health: str
    health_reason: str | None
    has_token: bool
    paused_until: datetime | None
    restricted_until: datetime | None
    restricted_reason: str | None
    stopped_by: str | None
    is_all_stopped: bool


FINAL = frozenset({"G5", "G6", "G7", "G8", "G9", "G10", "G11", "G12", "G16", "G17"})
"""The rules about what is sent: waiting does not mend it, so it is not scheduled either."""


def ask(asked: Asked | Public, state: Circumstances, now: datetime) -> Ruling:
    """The first rule that stands against it, or leave to send with its tag and until when."""
    if isinstance(asked, Public):
        return (
            in_public.refused(asked)
            or _automation(asked, state, now)
            or _waiting(state, now)
            or Ruling(outcome="allowed", rule=None, code=None, words="This may be done.")
        )
    against = (
        refused_content(asked.kind, asked.payload)
        or _referred(asked)
        or (_comment(asked.comment, now) if asked.comment is not None else None)
        or _automation(asked, state, now)
    )
    if against is not None:
        return against
    verdict = _window(asked, state, now)
    if verdict is not None and not verdict.allowed:
        return Ruling(
            outcome="refused", rule=_window_rule(verdict), code="window_closed", words=policy.in_words(verdict), window=verdict
        )
    return _waiting(state, now) or Ruling(
        outcome="allowed", rule=None, code=None, words="This may be sent.", until=verdict.until if verdict else None,
        tag=verdict.tag if verdict else None, window=verdict,
    )  # fmt: skip


def _window(asked: Asked, state: Circumstances, now: datetime) -> Verdict | None:
    """None for what needs no window: a private reply (W10), and what is no message (S13, S14)."""
    if asked.comment is not None or asked.kind in ("reaction", "typing", "seen"):
        return None
    return policy.window(
        opened_at=state.opened_at, opened_by=state.opened_by, refused_at=state.refused_at, human_agent=state.human_agent,
        is_self=state.is_self, actor=asked.actor, now=now,
    )  # fmt: skip


def _window_rule(verdict: Verdict) -> str:
    match verdict.state, verdict.rule:
        case "never_opened", _:
            return "G1"
        case "human_agent", _:
            return "G4"
        case _, "W2":
            return "G3"
        case _:
            return "G2"


def _refused(rule: str, code: str, words: str, until: datetime | None = None) -> Ruling:
    return Ruling(outcome="refused", rule=rule, code=code, words=words, until=until)


def _referred(asked: Asked) -> Ruling | None:
    found = asked.referred
    is_there = found is not None and found.is_at_meta and not found.is_unsent
    if asked.kind == "reaction" and not is_there:
        return _refused("G16", "nothing_to_react_to", "Instagram does not have this message, so nobody can react to it.")
    if asked.payload.get("reply_to") is not None and not is_there:
        return _refused("G17", "nothing_to_answer", "Instagram does not have the message that is answered.")
    return None


def _comment(comment: CommentState, now: datetime) -> Ruling | None:
    if comment.is_own or comment.is_deleted or comment.author_igsid is None or comment.kind == "mention":
        return _refused("G15", "comment_not_answerable", "This comment cannot be answered in private.")
    if comment.kind == "live_comment" and comment.is_over:
        return _refused(
            "CG11", "broadcast_over", "A live comment is answered in private while the broadcast goes on; it is over."
        )
    if comment.is_answered:
        return _refused("G13", "comment_answered", "This comment was answered in private already; Instagram allows one reply.")
    if now >= comment.created_at + PRIVATE_REPLY_WINDOW - policy.MARGIN:
        return _refused("G14", "comment_too_old", "A comment can be answered in private for 7 days; this one is older.")
    return None


def _automation(asked: Asked | Public, state: Circumstances, now: datetime) -> Ruling | None:
    if asked.actor == "agent":
        return None
    if state.unreachable_at is not None:
        words = "Instagram says that this person is not available: nothing automatic is sent until they write again."
        return _refused("G18", "unreachable", words)
    if state.restricted_until is not None and now < state.restricted_until:
        reason = state.restricted_reason or "Instagram has restricted this account."
        return _refused("G19", "restricted", f"{reason} Nothing automatic is sent for now.", state.restricted_until)
    if state.handled_elsewhere:
        return _refused("G21", "handled_elsewhere", "Another app answers this conversation: nothing automatic is sent from here.")
    return None


def _waiting(state: Circumstances, now: datetime) -> Ruling | None:
    """What keeps all of the account waiting; the last thing asked, as waiting for a refusal is in vain."""
    if state.stopped_by is not None:
        what = "all sending" if state.is_all_stopped else "this account's sending"
        return Ruling(
            outcome="waits", rule="G23" if state.is_all_stopped else "G24", code="sending_stopped",
            words=f"{state.stopped_by} stopped {what}: it waits here until somebody lets it go on.",
        )  # fmt: skip
    if state.health != "ok" or not state.has_token:
        code: Literal["account_paused", "reconnect_needed"] = "account_paused" if state.health == "paused" else "reconnect_needed"
        words = state.health_reason or "The account must be reconnected before anything can be sent."
        return Ruling(outcome="waits", rule="G20", code=code, words=words)
    if state.paused_until is not None and state.paused_until > now:
        return Ruling(
            outcome="waits", rule="G22", code="throttled", words="Instagram asks to slow down.", until=state.paused_until
        )
    return None
