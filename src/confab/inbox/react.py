"""Events that rules wait for → what the rules do, at once after the commit that brought the event.

One transaction an event: it is taken, the account's compiled rules are asked, what fires is done and written down. Whoever dies
before the commit leaves all of it to be done again, and after it nothing. Rules RU1-RU18 of docs/spec/rules.md.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from confab.automation import hours, safety
from confab.automation.book import Book
from confab.automation.facts import Facts, Read, kinds_of
from confab.automation.safety import Quiet, Said, Standing
from confab.clock import Clock
from confab.inbox import act, deeds
from confab.inbox.deeds import Scene
from confab.model.commands import Actor, SetStatus
from confab.model.inbox import WINDOW, AccountId, ConversationId, WorkspaceId
from confab.model.rules import Fire, Rule, TriggerKind
from confab.store import conversations, events, ids, rule_events, rules, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.rule_events import NewFire, Person, Run, Waiting, Written
from confab.store.wake import Wake

_OUTSIDE: frozenset[TriggerKind] = frozenset(("outside_hours",))
_STALE = timedelta(hours=24)  # what is older is no news: nobody wants an answer by itself to what they asked yesterday


class Reactions:
    """Handles claimed events. Keeps each account's rules compiled until their version is another."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, means: deeds.Means) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._means = means
        self._books: dict[tuple[UUID, UUID], Book] = {}

    async def run(self, due: Due) -> None:
        """Look at one event; again changes nothing."""
        workspace, now = WorkspaceId(UUID(str(due.key[0]))), self._clock.now()
        names = set[str]()
        async with self._db.by_key() as conn:
            event = await rule_events.waiting(conn, due)
            if event is None:
                return
            if event.kind in ("no_answer", "window_closing"):
                names = await self._look_at_time(conn, workspace, due, event, now)
            elif event.kind == "comment":
                names = await self._look_at_comment(conn, workspace, due, event, now)
            else:
                names = await self._look(conn, workspace, due, event, now)
        self._wake.say(*names)

    async def _look(self, conn: Conn, workspace: WorkspaceId, due: Due, event: Waiting, now: datetime) -> set[str]:
        """Whom to wake once it is committed; nobody when there was nothing to do."""
        person, written = await rule_events.take_talk(conn, workspace, due, event, now)
        if person is None or not _is_news(event, person, written, now):
            return set()
        return await self._ask(conn, workspace, event, UUID(str(due.key[1])), person, _facts(event, person, written), now)

    async def _look_at_comment(self, conn: Conn, workspace: WorkspaceId, due: Due, event: Waiting, now: datetime) -> set[str]:
        """Locked is first what an answer may need, in the order of those who receive: account, conversation, comment."""
        assert event.subject_id is not None  # noqa: S101 -- a comment has one
        if not await rule_events.take(conn, due):
            return set()
        await events.lock_accounts(conn, [event.account_id])
        person = await rule_events.commenter(conn, workspace, event.account_id, event.subject_id, now)
        remark = await rule_events.comment(conn, workspace, event.subject_id)
        if person is None or remark is None or remark.is_own or remark.is_deleted or now - remark.created_at > _STALE:
            return set()
        talk = await conversations.with_participant(conn, workspace, event.account_id, person.person)
        if talk is not None:
            await conversations.lock(conn, workspace, talk)
        facts = replace(
            _of_person(person, frozenset(("comment",)), remark.created_at), text=remark.text, media_ig_id=remark.media_ig_id
        )
        return await self._ask(conn, workspace, event, UUID(str(due.key[1])), person, facts, now)

    async def _look_at_time(self, conn: Conn, workspace: WorkspaceId, due: Due, event: Waiting, now: datetime) -> set[str]:
        """What only time brings: the row waits on until its time has really come, and goes when there is nothing to wait for."""
        assert event.conversation_id is not None and event.minutes is not None  # noqa: S101, PT018 -- a wait has both
        since: tuple[UUID | None, datetime] | None = await rule_events.first_unanswered(conn, workspace, event.conversation_id)
        unanswered = since[0] if since is not None else None
        person, written = await rule_events.talk(conn, workspace, event.account_id, event.conversation_id, unanswered, now)
        wait = timedelta(minutes=event.minutes)
        if event.kind == "no_answer":
            until = since[1] + wait if since is not None else None
        else:
            opened_at = person.window_opened_at if person is not None else None
            since = (unanswered, opened_at) if opened_at is not None else None
            until = opened_at + WINDOW - wait if opened_at is not None and now < opened_at + WINDOW else None
        if until is not None and now < until:
            await rule_events.put_off(conn, due, until)
            return set()
        if not await rule_events.take(conn, due) or until is None or since is None or person is None:
            return set()
        if person.is_self or now - until > _STALE:
            return set()
        waiting = replace(event, subject_id=since[0])
        key = ids.digest(f"{event.conversation_id}/{event.kind}/{event.minutes}/{since[0] or ''}/{since[1].isoformat()}")
        return await self._ask(conn, workspace, waiting, key, person, _facts(waiting, person, written), now)

    async def _ask(
        self, conn: Conn, workspace: WorkspaceId, event: Waiting, key: UUID, person: Person, facts: Facts, now: datetime
    ) -> set[str]:
        book = await self._book(conn, workspace, event.account_id, person.book_version)
        run = Run(
            id=ids.new(now), account_id=event.account_id, conversation_id=event.conversation_id, kind=event.kind,
            subject_id=event.subject_id, event_key=key, person=person.person, book_version=book.version,
        )  # fmt: skip
        if _is_outside(book, facts):
            facts = replace(facts, kinds=facts.kinds | _OUTSIDE)
        hush = safety.quiet(facts.text if event.kind == "message" else None, _standing(event, person), book.settings, now)
        if hush is not None:
            run.quiet = hush.why
            await self._remember(conn, workspace, event, person, hush, now)
            await rule_events.record(conn, workspace, run, [], now)
            return {wake.changed(workspace)} if hush.step is not None else set()
        last_fired = dict(zip(reversed(person.fired_rules), reversed(person.fired_at), strict=True))
        outcome = book.ask(Read(facts=facts, now=now, last_fired=last_fired))
        run.looked, run.passed_over = outcome.looked, outcome.passed_over
        fires, names = await self._fire(conn, workspace, book, outcome.fired, run, person, now)
        await rule_events.record(conn, workspace, run, fires, now)
        return names

    async def _fire(
        self, conn: Conn, workspace: WorkspaceId, book: Book, fired: list[Rule], run: Run, person: Person, now: datetime
    ) -> tuple[list[tuple[UUID, Fire]], set[str]]:
        """Do what the rules say, each once for this event; and whom to wake."""
        if not fired:
            return [], set()
        keys = {rule.id: _key(rule, run) for rule in fired}
        begun = await rule_events.begin(conn, workspace, [_new(rule, keys[rule.id]) for rule in fired], run, now)
        scene = Scene(
            workspace=workspace, run=run, person=person, settings=book.settings, now=now, means=self._means,
            labels=set(person.labels), sent=person.sent_last_hour,
        )  # fmt: skip
        fires = [(keys[rule.id], await deeds.fire(conn, scene, rule, keys[rule.id])) for rule in fired if rule.id in begun]
        return fires, scene.names | {wake.changed(workspace)} if fires else set()

    async def _remember(
        self, conn: Conn, workspace: WorkspaceId, event: Waiting, person: Person, hush: Quiet, now: datetime
    ) -> None:
        """What a word of theirs means for later, or a loop: rules are out, and the team has the conversation."""
        if hush.step is None or event.conversation_id is None:
            return
        conversation = ConversationId(event.conversation_id)
        is_pause = hush.step in ("person", "loop")
        await rule_events.remember(
            conn, workspace, conversation,
            opted_out_at=now if hush.step == "opt_out" else None if hush.step == "opt_in" else person.opted_out_at,
            paused_until=now + safety.LOOP_PAUSE if is_pause else person.paused_until,
            pause_reason=hush.why if is_pause else person.pause_reason, resumed_at=person.resumed_at,
        )  # fmt: skip
        if hush.step == "person":
            actor = Actor(workspace_id=workspace, kind="rule", agent_id=None, name="Rules")
            await act.set_status(conn, actor, SetStatus(conversation_id=conversation, status="open", snoozed_until=None), now)
        if is_pause:
            await deeds.tell(conn, workspace, event.account_id, conversation, hush.why, now)

    async def _book(self, conn: Conn, workspace: WorkspaceId, account: UUID, version: int) -> Book:
        known = self._books.get((workspace, account))
        if known is None or known.version != version:
            kept = await rules.book(conn, workspace, AccountId(account))
            known = Book(kept.version, kept.settings, await rules.live(conn, workspace, AccountId(account)))
            self._books[workspace, account] = known
        return known


def _is_news(event: Waiting, person: Person, written: Written | None, now: datetime) -> bool:
    """Never an echo, ourselves, the past, what another app answers, or what is no longer so. Rule RU10."""
    if person.is_self or now - event.at > _STALE:
        return False
    if event.kind == "referral":
        return True
    if written is None or written.is_history or written.is_standby or written.is_deleted:
        return False
    return written.has_reaction if event.kind == "reaction" else written.is_inbound


def _facts(event: Waiting, person: Person, written: Written | None) -> Facts:
    facts = _of_person(person, _kinds(event, written), written.sent_at if written and event.kind == "message" else event.at)
    if written is None:
        return replace(facts, minutes=event.minutes)
    is_tap = written.quick_reply_payload is not None or written.postback_payload is not None
    return replace(
        facts, text=written.text, payload=(written.quick_reply_payload or written.postback_payload) if is_tap else None,
        minutes=event.minutes, messages_before=written.before, is_waiting=written.is_waiting,
    )  # fmt: skip


def _kinds(event: Waiting, written: Written | None) -> frozenset[TriggerKind]:
    if event.kind != "message" or written is None:
        return frozenset((cast(TriggerKind, event.kind),))  # the other kinds are triggers by the same name
    return frozenset(kinds_of(
        is_tap=written.quick_reply_payload is not None or written.postback_payload is not None,
        is_story_reply=written.is_story_reply, is_story_mention=written.is_story_mention, has_referral=written.has_referral,
        is_first=written.before == 0,
    ))  # fmt: skip


def _of_person(person: Person, kinds: frozenset[TriggerKind], at: datetime) -> Facts:
    return Facts(
        kinds=kinds, at=at, is_follower=person.is_follower, is_verified=person.is_verified, is_member=person.is_member,
        followers=person.followers, labels=frozenset(person.labels),
    )  # fmt: skip


def _standing(event: Waiting, person: Person) -> Standing:
    """How the person stands; a remark in public is no part of the conversation with a person of the team."""
    is_talk = event.kind != "comment"
    said = [
        Said(author=by, at=at, is_tap=is_tap, words=words)
        for by, at, is_tap, words in zip(person.said_by, person.said_at, person.said_taps, person.said_words, strict=True)
    ]
    return Standing(
        recent=said if event.kind == "message" or is_talk else (), sent_last_hour=person.sent_last_hour,
        is_one_of_ours=person.is_one_of_ours, is_handled_elsewhere=is_talk and person.handled_elsewhere,
        opted_out_at=person.opted_out_at, paused_until=person.paused_until if is_talk else None,
        pause_reason=person.pause_reason, resumed_at=person.resumed_at,
    )  # fmt: skip


def _is_outside(book: Book, facts: Facts) -> bool:
    is_writing = bool(facts.kinds & {"message", "tapped"})
    return is_writing and bool(book.settings.hours) and not hours.is_within(facts.at, book.settings.zone, book.settings.hours)


def _key(rule: Rule, run: Run) -> UUID:
    """What stands for the event: there is one first message of a person, whichever message came first."""
    if rule.definition.trigger.kind == "first_message":
        return ids.digest(f"first/{run.conversation_id}")
    return run.event_key


def _new(rule: Rule, key: UUID) -> NewFire:
    sends = any(action.type in ("reply", "private_reply", "public_reply") for action in rule.definition.actions)
    return NewFire(rule_id=rule.id, event_key=key, version=rule.version, is_watch=rule.mode == "watch", sends=sends)
