"""Meta's messaging windows: may this actor write into the conversation now? Pure; the gate asks it.

A verdict always carries its rule and, where time decides, until when it holds. Rules W1, W2, W10, S22 of docs/spec/graph.md.
The web has the same function; `tests/vectors/window.json` holds both to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from confab.model.inbox import HUMAN_AGENT_WINDOW, WINDOW, WindowOpener
from confab.model.outgoing import ActorKind

WindowState = Literal["open", "human_agent", "closed", "never_opened"]

MARGIN = timedelta(minutes=1)
"""We close a minute before Meta does, so that an answer on its way is not refused."""

MAX_TEXT_BYTES = 1000
"""Rule S5: bytes of UTF-8, not characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a message may go, by which rule, and what the reader should know.

    `until`: up to when it may (None when it may not, or for ever). `tag`: what Meta must be told, if anything.
    """

    state: WindowState
    allowed: bool
    rule: Literal["W1", "W2", "W10", "S22"]
    until: datetime | None
    closed_since: datetime | None
    opened_at: datetime | None
    opened_by: WindowOpener | None
    tag: Literal["HUMAN_AGENT"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the gate says of one call. Rules G1-G22 of docs/spec/gate.md.

    `rule` and `code` name what stands against it; `until` is up to when it is allowed, or when that changes by itself; `tag` what
    Meta must be told; `field` what is wrong with the request; `window` the verdict where windows decide.
    """

    outcome: Literal["allowed", "waits", "refused"]
    rule: str | None
    code: str | None
    words: str
    until: datetime | None = None
    tag: Literal["HUMAN_AGENT"] | None = None
    field: str | None = None
    window: Verdict | None = None


def window(
    *,
    opened_at: datetime | None,
    opened_by: WindowOpener | None,
    refused_at: datetime | None,
    human_agent: bool,
    is_self: bool,
    actor: ActorKind,
    now: datetime,
) -> Verdict:
    """The verdict on a conversation whose window a participant last opened at `opened_at`.

    Meta has the last word: when it refused an answer at `refused_at`, after that, the first 24 hours are over.
    """

    def verdict(
        state: WindowState,
        rule: Literal["W1", "W2", "W10", "S22"],
        *,
        until: datetime | None = None,
        closed_since: datetime | None = None,
        allowed: bool = False,
        tag: Literal["HUMAN_AGENT"] | None = None,
    ) -> Verdict:
        return Verdict(
            state=state, allowed=allowed, rule=rule, until=until, closed_since=closed_since, opened_at=opened_at,
            opened_by=opened_by, tag=tag,
        )  # fmt: skip

    if is_self:
        return verdict("open", "S22", allowed=True)
    if opened_at is None:
        return verdict("never_opened", "W10")
    closes_at, human_until = opened_at + WINDOW - MARGIN, opened_at + HUMAN_AGENT_WINDOW - MARGIN
    if refused_at is not None and refused_at >= opened_at:
        closes_at = min(closes_at, refused_at)
    if now < closes_at:
        return verdict("open", "W1", until=closes_at, allowed=True)
    if not human_agent:
        return verdict("closed", "W1", closed_since=closes_at)
    if now >= human_until:
        return verdict("closed", "W2", closed_since=human_until)
    if actor != "agent":
        return verdict("human_agent", "W2")
    return verdict("human_agent", "W2", until=human_until, allowed=True, tag="HUMAN_AGENT")


def in_words(verdict: Verdict) -> str:
    """The verdict as one sentence for people."""
    if verdict.allowed:
        return "This may be sent."
    if verdict.state == "never_opened":
        return "Instagram lets an account answer only after the person has written; this person has not yet."
    if verdict.state == "human_agent":
        return "More than 24 hours have passed: only a person may answer now, automation may not."
    since = f" since {verdict.closed_since:%d %b %Y %H:%M} UTC" if verdict.closed_since else ""
    return f"The reply window is closed{since}. It opens again when the person writes."
