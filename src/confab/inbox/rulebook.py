"""Writing rules: new, changed, put in order, removed; what holds for all of an account; and what a rule would have done.

Each change is a new version, kept for ever, and makes the account's book newer, so that every worker compiles it anew.
Rules RU15-RU17, RU19.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from confab.automation import conditions, hours
from confab.automation.facts import Facts, Read, kinds_of
from confab.errors import Conflict, Forbidden, Invalid
from confab.inbox import rule_checks
from confab.model.inbox import WINDOW, AccountId, AgentId, AgentRef, ConversationId, Viewer
from confab.model.rules import Automation, Definition, EventKind, Mode, Rule, RuleId, Tried, TriggerKind, Tryout
from confab.store import accounts, ids, notes, rule_log, rules
from confab.store.db import Conn
from confab.store.rule_log import Past

_MOST = 1000
_COUNTED = timedelta(days=7)
_BACK = timedelta(days=30)
_AT_ONCE = 1000
_MOST_TRIED = 20_000
_LONGEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a rule is to be; what is None stays. `version`: the one that whoever changes it has seen."""

    definition: Definition | None = None
    mode: Mode | None = None
    version: int | None = None


async def create(conn: Conn, viewer: Viewer, account: AccountId, definition: Definition, mode: Mode, now: datetime) -> Rule:
    """A new rule, after the others. Raises Forbidden, NotFound, Invalid with the field, Conflict when there are too many."""
    _may_change(viewer)
    await accounts.for_workspace(conn, viewer.workspace_id, account)
    kept = await rules.lock_book(conn, viewer.workspace_id, account)
    if await rules.count(conn, viewer.workspace_id, account) >= _MOST:
        raise Conflict(f"An account has at most {_MOST} rules; remove some that nobody needs.")
    rule = Rule(
        id=RuleId(ids.new(now)), account_id=account, position=0, mode=mode, definition=await _checked(conn, viewer, definition),
        version=1, updated_at=now, updated_by=_me(viewer),
    )  # fmt: skip
    return await _write(conn, viewer, rule, kept.settings)


async def change(conn: Conn, viewer: Viewer, rule: RuleId, wanted: Wanted, now: datetime) -> Rule:
    """Change it. Raises as `create`; Conflict when somebody else changed it since."""
    _may_change(viewer)
    account = (await rules.get(conn, viewer.workspace_id, rule)).account_id
    kept = await rules.lock_book(conn, viewer.workspace_id, account)
    known = await rules.get(conn, viewer.workspace_id, rule)
    if wanted.version is not None and wanted.version != known.version:
        raise Conflict(f"{known.updated_by.name} has changed this rule meanwhile; look at it again.", version=known.version)
    new = replace(
        known, mode=wanted.mode or known.mode, version=known.version + 1, updated_at=now, updated_by=_me(viewer),
        definition=await _checked(conn, viewer, wanted.definition) if wanted.definition is not None else known.definition,
    )  # fmt: skip
    return await _write(conn, viewer, new, kept.settings)


async def remove(conn: Conn, viewer: Viewer, rule: RuleId) -> None:
    """Forget it; what it said and did stays on record. Raises NotFound, Forbidden."""
    _may_change(viewer)
    account = (await rules.get(conn, viewer.workspace_id, rule)).account_id
    kept = await rules.lock_book(conn, viewer.workspace_id, account)
    await rules.remove(conn, viewer.workspace_id, rule)
    await rules.write_book(conn, viewer.workspace_id, account, kept.settings)


async def order(conn: Conn, viewer: Viewer, account: AccountId, wanted: Sequence[RuleId]) -> None:
    """Put all of the account's rules into this order. Raises Conflict unless it names each of them once."""
    _may_change(viewer)
    await accounts.for_workspace(conn, viewer.workspace_id, account)
    await rules.lock_book(conn, viewer.workspace_id, account)
    there = await rules.count(conn, viewer.workspace_id, account)
    if len(set(wanted)) != len(wanted) or await rules.order(conn, viewer.workspace_id, account, wanted) != there:
        raise Conflict("Name each of the account's rules once; somebody may have added or removed one.")


async def settle(conn: Conn, viewer: Viewer, account: AccountId, settings: Automation) -> Automation:
    """What holds for all rules of an account from now on. Raises Forbidden, NotFound, Invalid."""
    _may_change(viewer)
    await accounts.for_workspace(conn, viewer.workspace_id, account)
    checked = rule_checks.checked_settings(settings)
    await rules.lock_book(conn, viewer.workspace_id, account)
    await rules.write_book(conn, viewer.workspace_id, account, checked)
    return checked


def counted_since(now: datetime) -> datetime:
    """From when on it is counted how often a rule fired."""
    return now - _COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a try-out is: after which event it goes on, how many it has read, and since when it is under way."""

    after: UUID
    read: int
    began_at: datetime


async def try_out(
    conn: Conn, viewer: Viewer, account: AccountId, definition: Definition, place: Place | None, now: datetime
) -> tuple[Tryout, Place | None]:
    """What a rule would have done to a piece of the last 30 days, the oldest first, and where the next piece begins. Rules RU17,
    RU19.

    Nothing is sent or written. The rule is asked by itself: what others stop, and what people's answers pause, is left out.
    """
    _may_change(viewer)
    checked = await _checked(conn, viewer, definition)
    kept = await rules.book(conn, viewer.workspace_id, account)
    rule = Rule(
        id=RuleId(ids.new(now)), account_id=account, position=0, mode="watch", definition=checked, version=1, updated_at=now,
        updated_by=_me(viewer),
    )  # fmt: skip
    place = place or Place(after=ids.first(now - _BACK), read=0, began_at=now)
    source = rule_log.comments_of if checked.trigger.kind == "comment" else rule_log.messages_of
    piece = rule_log.Piece(account=account, after=place.after, until=ids.first(now), limit=_AT_ONCE)
    past, after = await source(conn, viewer.workspace_id, piece)
    fired, misses = _tried_on(rule, past, kept.settings, now)
    next_ = replace(place, after=after, read=place.read + len(past)) if after is not None else None
    cut_off = _cut_off(next_, now) if next_ is not None else None
    tryout = Tryout(
        seen=len(fired) + misses.total(), fired=fired, misses=dict(misses.most_common()),
        up_to=ids.made_at(after) if after is not None else now, cut_off=cut_off,
    )  # fmt: skip
    return tryout, next_ if cut_off is None else None


def _cut_off(place: Place, now: datetime) -> str | None:
    """Why it goes no further, though there is more."""
    if place.read >= _MOST_TRIED:
        return f"These were the oldest {_MOST_TRIED:,}: newer events were not looked at."
    if now - place.began_at >= _LONGEST:
        return "It took longer than a minute: newer events were not looked at."
    return None


def _tried_on(rule: Rule, past: Sequence[Past], settings: Automation, now: datetime) -> tuple[list[Tried], Counter[str]]:
    """For which events it would have fired, and why not for the others."""
    found: list[Tried] = []
    whys: Counter[str] = Counter()
    fired: dict[str, datetime] = {}
    for one in past:
        at = _happened_at(one, rule.definition, now)
        if at is None:
            continue
        last: dict[UUID, datetime] = {rule.id: fired[one.person]} if one.person in fired else {}
        read = Read(facts=_facts(one, rule.definition, settings, at), now=at, last_fired=last)
        why = conditions.why_not(rule, read, settings)
        if why is None:
            fired[one.person] = at
            found.append(_tried(one, at))
        else:
            whys[why] += 1
    return found, whys


def _happened_at(one: Past, definition: Definition, now: datetime) -> datetime | None:
    """When the trigger would have come for it; None: it would not."""
    trigger, wait = definition.trigger, timedelta(minutes=definition.trigger.minutes or 0)
    match trigger.kind:
        case "no_answer":
            due = one.at + wait
            return due if one.follows_answer and due <= now and (one.answered_at is None or one.answered_at > due) else None
        case "window_closing":
            due = one.at + WINDOW - wait
            return due if one.is_inbound and due <= now and (one.next_at is None or one.next_at > due) else None
        case "reaction":
            return one.reacted_at
        case _:
            return one.at if one.is_inbound else None


def _facts(one: Past, definition: Definition, settings: Automation, at: datetime) -> Facts:
    return Facts(
        kinds=_kinds(one, definition, settings), at=at, text=one.text, payload=one.payload, minutes=definition.trigger.minutes,
        media_ig_id=one.media_ig_id, is_follower=one.is_follower, is_verified=one.is_verified, is_member=one.is_member,
        followers=one.followers, labels=frozenset(one.labels), messages_before=one.before,
        is_waiting=one.answered_at is None or one.answered_at > at,
    )  # fmt: skip


def _kinds(one: Past, definition: Definition, settings: Automation) -> frozenset[TriggerKind]:
    kind = definition.trigger.kind
    if kind in ("no_answer", "window_closing", "reaction", "comment"):
        return frozenset((kind,))
    is_outside = bool(settings.hours) and not hours.is_within(one.at, settings.zone, settings.hours)
    found = kinds_of(
        is_tap=one.payload is not None, is_story_reply=one.is_story_reply, is_story_mention=one.is_story_mention,
        has_referral=one.has_referral, is_first=one.before == 0,
    )  # fmt: skip
    return frozenset([*found, "outside_hours"] if is_outside else found)


def _tried(one: Past, at: datetime) -> Tried:
    kind: EventKind = "comment" if one.media_ig_id is not None or one.conversation_id is None else "message"
    return Tried(
        kind=kind, subject_id=one.id, conversation_id=ConversationId(one.conversation_id) if one.conversation_id else None, at=at,
        text=one.text, username=one.username, name=one.name,
    )  # fmt: skip


async def _write(conn: Conn, viewer: Viewer, rule: Rule, settings: Automation) -> Rule:
    await rules.put(conn, viewer.workspace_id, rule, viewer.agent_id)
    await rules.write_book(conn, viewer.workspace_id, rule.account_id, settings)
    return await rules.get(conn, viewer.workspace_id, rule.id)


async def _checked(conn: Conn, viewer: Viewer, definition: Definition) -> Definition:
    checked = rule_checks.checked(definition)
    for number, action in enumerate(checked.actions):
        people = (action.agent_id,) if action.type == "assign" else action.agent_ids if action.type == "notify" else ()
        for agent in people:
            if agent is not None and not await notes.is_member(conn, viewer.workspace_id, AgentId(agent)):
                raise Invalid("This person is not a member of this workspace.", field=f"actions.{number}")
    return checked


def _may_change(viewer: Viewer) -> None:
    if viewer.role == "agent":
        raise Forbidden("Owners and admins keep the rules.", roles=["owner", "admin"])


def _me(viewer: Viewer) -> AgentRef:
    return AgentRef(id=viewer.agent_id, name=viewer.name)
