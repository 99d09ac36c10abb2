"""A snapshot and the changes after it are a fresh snapshot: for whatever anybody does. Rules F1, F2, F3, F5, F6 of
docs/spec/stream.md.

After every step of a story the API is asked for all that it shows. A copy that began with nothing, and one that began with what
was shown before the step, have heard the same changes as any program would, and must show the same.
"""

import os
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self, cast
from uuid import UUID

import httpx2
import msgspec
import pytest

from confab.accounts import connect, erasing, leaving
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.graph.client import GraphClient
from confab.inbox import act, schedule, settle
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.normalise import normalise
from confab.media.avatar import Avatars
from confab.model.inbox import HUMAN_AGENT_WINDOW, Account, ConversationId, IgId, MessageId, Viewer
from confab.profiles.fetch import Profiles
from confab.store import avatars, conversations, ids, outbound
from confab.store.claims import PROFILES, Due
from confab.store.db import Database, Doors
from confab.store.media import AVATAR
from confab.store.wake import Wake
from tests.integration.api.conftest import Person
from tests.integration.inbox.desk import grasp
from tests.stack import TOKEN, lent_sim
from tests.world import Customer, World, happen

VAULT = Vault(keys=(os.urandom(32),), file=None)


@dataclass
class Copy:
    """What a program keeps of an inbox, by kind and id."""

    conversations: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    activities: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, Any] = field(default_factory=dict)
    accounts: dict[str, Any] = field(default_factory=dict)

    def hear(self, change: dict[str, Any]) -> None:
        """One change of the feed. Of what has a version the higher one wins (rule F3)."""
        match change["type"]:
            case "message_added" | "message_updated":
                _newer(self.messages, change["message"])
            case "message_removed":
                self.messages.pop(change["message_id"], None)
            case "conversation_updated":
                _newer(self.conversations, change["conversation"])
            case "account_updated":
                _newer(self.accounts, change["account"])
            case "note_added":
                self.notes[change["note"]["id"]] = change["note"]
            case "activity_added":
                self.activities[change["activity"]["id"]] = change["activity"]
            case "comment_updated":
                self.comments[change["comment"]["id"]] = change["comment"]
            case "account_erased":
                self.forget(change["account_id"])
            case other:
                assert other == "superseded"

    def forget(self, account: str) -> None:
        """Everything of the account but itself (rule F9)."""
        gone = {id_ for id_, line in self.conversations.items() if line["account"]["id"] == account}
        for kept in (self.messages, self.notes, self.activities):
            for id_ in [id_ for id_, one in kept.items() if one["conversation_id"] in gone]:
                del kept[id_]
        for id_ in gone:
            del self.conversations[id_]
        for id_ in [id_ for id_, one in self.comments.items() if one["account"]["id"] == account]:
            del self.comments[id_]

    def shown(self) -> Self:
        """With what follows from other objects (rule F5), and without conversations that have no message: no list has them."""
        shown = deepcopy(self)
        shown.conversations = {id_: line for id_, line in shown.conversations.items() if line["last_message_at"]}
        shown.activities = {id_: one for id_, one in shown.activities.items() if one["conversation_id"] in shown.conversations}
        for comment in shown.comments.values():
            comment["account"]["username"] = self.accounts[comment["account"]["id"]]["username"]
        for line in shown.conversations.values():
            account = self.accounts[line["account"]["id"]]
            line["account"]["username"] = account["username"]
            opened_at = line["window_opened_at"]
            until = datetime.fromisoformat(opened_at) + HUMAN_AGENT_WINDOW if opened_at and account["human_agent"] else None
            line["human_agent_until"] = msgspec.to_builtins(until)
        for message in shown.messages.values():
            line = self.conversations[message["conversation_id"]]
            is_inbound = message["direction"] == "inbound" and not message["deleted_at"]
            message["is_unread"] = is_inbound and message["sent_at"] > line["read_up_to"]
            if message["status"] in ("sent", "seen"):
                is_seen = line["seen_up_to"] is not None and message["sent_at"] <= line["seen_up_to"]
                message["status"] = "seen" if is_seen else "sent"
        return shown


def _newer(known: dict[str, Any], new: dict[str, Any]) -> None:
    if new["version"] > known.get(new["id"], {"version": 0})["version"]:
        known[new["id"]] = new


@dataclass
class Inbox:
    """A team's inbox with one conversation, reached as a program reaches it, and everybody who does something to it."""

    http: httpx2.AsyncClient
    owner: Person
    agent: Person
    world: World
    worker: Database
    doors: Doors
    clock: Clock
    conversation: str = ""
    message: str = ""

    @property
    def ada(self) -> Customer:
        return Customer(self.world.ig_id)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(f"/api/v1{path}", params=query, headers=self.owner.bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=self.owner.bearer)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def patch(self, **body: Any) -> None:
        await self.do("PATCH", f"/conversations/{self.conversation}", body)

    async def happens(self, *items: dict[str, object]) -> None:
        await happen(self.worker, self.world, *items, now=self.clock.now())

    async def arrives(self, **entry: Any) -> None:
        """An entry as Meta posts it."""
        body = msgspec.json.encode({"object": "instagram", "entry": [{"id": self.world.ig_id, "time": 1793612346, **entry}]})
        source = Source(
            workspace_id=self.world.workspace, account_id=self.world.account, delivery_id=ids.new(self.clock.now())
        )  # fmt: skip
        events = [(source, routed.event) for routed in normalise(body, self.clock.now())]
        async with self.worker.transaction() as conn:
            await apply(conn, Batch(events=events, our_app_ids=frozenset()), self.clock.now())

    async def changes(self, after: int) -> list[dict[str, Any]]:
        page = await self.get("/changes", after=after, limit=1000)
        assert page["next"] is None
        assert [change["seq"] for change in page["items"]] == list(range(after + 1, page["seq"] + 1))
        return page["items"]

    async def snapshot(self) -> tuple[int, Copy]:
        """All that the API shows, and the number it stands at."""
        copy, page = Copy(), await self.get("/conversations", limit=100)
        seq = page["seq"]
        copy.conversations = {one["id"]: one for one in page["items"]}
        for id_ in copy.conversations:
            for kind in ("messages", "notes", "activities"):
                items = (await self.get(f"/conversations/{id_}/{kind}"))["items"]
                getattr(copy, kind).update({one["id"]: one for one in items})
            one = await self.get(f"/conversations/{id_}")
            assert one.pop("seq") == seq
            assert one == copy.conversations[id_]
        for kind in ("comments", "accounts"):
            getattr(copy, kind).update({one["id"]: one for one in (await self.get(f"/{kind}"))["items"]})
        return seq, copy

    async def settle(self, how: Callable[..., Awaitable[None]], *given: Any) -> None:
        """What came of the call for the message at hand."""
        async with self.worker.transaction() as conn:
            call = await outbound.of_message(conn, self.world.workspace, MessageId(UUID(self.message)))
            assert call is not None
            await how(conn, await grasp(conn, call), *given, self.clock.now())


@pytest.fixture
async def inbox(
    http: httpx2.AsyncClient, anna: Person, bob: Person, app_db: Database, worker_db: Database, doors: Doors, clock: Clock
) -> Inbox:
    account = await connected(app_db, anna, str(ids.new(clock.now()).int % 10**17), "bakery", clock)
    viewer = Viewer(workspace_id=anna.workspace, agent_id=anna.agent, name="Anna", email=anna.email, role="owner")
    world = World(workspace=anna.workspace, account=account.id, ig_id=account.ig_id, viewer=viewer)
    inbox = Inbox(http, anna, bob, world, worker_db, doors, clock)
    await inbox.happens(inbox.ada.writes("m1", "Hello?", ago(inbox, 9)), inbox.ada.writes("m2", "Do you deliver?", ago(inbox, 8)))
    inbox.conversation = (await inbox.get("/conversations"))["items"][0]["id"]
    return inbox


async def connected(db: Database, person: Person, ig_id: str, username: str, clock: Clock) -> Account:
    given = connect.Connection(ig_id=IgId(ig_id), username=username, access_token=TOKEN, expires_at=None)
    async with db.viewing(person.workspace) as conn:
        return await connect.add(conn, VAULT, person.workspace, given, clock.now())


def ago(inbox: Inbox, minutes: float) -> datetime:
    return inbox.clock.now() - timedelta(minutes=minutes)


async def is_erased(inbox: Inbox) -> None:
    """Its account was disconnected thirty days ago."""
    at = (inbox.world.workspace, inbox.world.account)
    async with inbox.worker.transaction() as conn:
        await leaving.disconnect(conn, *at, "Anna", inbox.clock.now())
    assert await erasing.erase(inbox.worker, inbox.clock, *at) == "erased"
    async with inbox.worker.transaction() as conn:
        await leaving.erased(conn, *at, inbox.clock.now())


async def writes(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.writes("m3", "Hello again", ago(inbox, 1)))


async def edits(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.edits("m2", 1, "Do you deliver to Leith?", ago(inbox, 5)))


async def reacts(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.reacts("m2", "🥐", ago(inbox, 4)))


async def unsends(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.unsends("m2", ago(inbox, 3)))


async def answers_on_the_phone(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.echo("phone", "Yes!", ago(inbox, 2)))


async def answers(inbox: Inbox) -> None:
    body = {"client_key": str(ids.new(inbox.clock.now())), "text": "Yes, above twenty pounds"}
    inbox.message = (await inbox.do("POST", f"/conversations/{inbox.conversation}/messages", body))["id"]


async def is_sending(inbox: Inbox) -> None:
    await inbox.settle(settle.sending, inbox.clock.now() + timedelta(seconds=30))


async def is_sent(inbox: Inbox) -> None:
    await inbox.settle(settle.sent, "ours")


async def is_echoed(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.echo("ours", "Yes, above twenty pounds", inbox.clock.now()))


async def is_echoed_by_the_phone(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.echo("typed", "Yes, above twenty pounds", inbox.clock.now()))


async def is_seen(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.sees("ours", inbox.clock.now() + timedelta(seconds=5)))


async def fails(inbox: Inbox) -> None:
    await inbox.settle(settle.failed, "rejected_by_meta", "This person is not available.")


async def is_put_off(inbox: Inbox) -> None:
    await inbox.settle(settle.later, inbox.clock.now() + timedelta(minutes=1), "throttled", "Instagram asks to slow down.")


async def waits_for_its_account(inbox: Inbox) -> None:
    await inbox.settle(settle.wait, inbox.clock.now() + timedelta(minutes=1), "reconnect_needed", "Reconnect the account.")


async def is_in_doubt(inbox: Inbox) -> None:
    await inbox.settle(settle.in_doubt, inbox.clock.now() + timedelta(seconds=2), "No answer from Instagram.")


async def is_given_up(inbox: Inbox) -> None:
    await inbox.settle(settle.in_doubt, None, "Instagram does not show this message.")


async def retries(inbox: Inbox) -> None:
    await inbox.do("POST", f"/conversations/{inbox.conversation}/messages/{inbox.message}/retry")


async def discards(inbox: Inbox) -> None:
    await inbox.do("DELETE", f"/conversations/{inbox.conversation}/messages/{inbox.message}")


def schedules(on_reply: str) -> Callable[[Inbox], Awaitable[None]]:
    async def step(inbox: Inbox) -> None:
        at = (inbox.clock.now() + timedelta(hours=1)).isoformat()
        body = {"client_key": f"later {on_reply}", "text": "Tomorrow then", "release_at": at, "on_reply": on_reply}
        inbox.message = (await inbox.do("POST", f"/conversations/{inbox.conversation}/messages", body))["id"]

    return step


async def _reschedules(inbox: Inbox, **what: Any) -> None:
    await inbox.do("PATCH", f"/conversations/{inbox.conversation}/messages/{inbox.message}/schedule", what)


async def says_much_more(inbox: Inbox) -> None:
    await _reschedules(inbox, text="word " * 600)


async def says_less(inbox: Inbox) -> None:
    await _reschedules(inbox, text="Tomorrow")


async def is_postponed(inbox: Inbox) -> None:
    await _reschedules(inbox, release_at=(inbox.clock.now() + timedelta(hours=3)).isoformat())


async def is_due(inbox: Inbox) -> None:
    now = inbox.clock.now() + timedelta(hours=4)
    async with inbox.worker.transaction() as conn:
        call = await outbound.of_message(conn, inbox.world.workspace, MessageId(UUID(inbox.message)))
        assert call is not None
        line = await conversations.lock(conn, inbox.world.workspace, ConversationId(UUID(inbox.conversation)))
        await schedule.let_go(conn, call, line, now)


async def is_sent_by_hand(inbox: Inbox) -> None:
    await inbox.do("POST", f"/conversations/{inbox.conversation}/messages/{inbox.message}/release")


async def reads_the_first(inbox: Inbox) -> None:
    first = (await inbox.get(f"/conversations/{inbox.conversation}/messages"))["items"][0]["id"]
    await inbox.do("POST", f"/conversations/{inbox.conversation}/read", {"message_id": first})


async def reads_all(inbox: Inbox) -> None:
    await inbox.do("POST", f"/conversations/{inbox.conversation}/read")


async def assigns(inbox: Inbox) -> None:
    await inbox.patch(assignee_id=str(inbox.agent.agent))


async def takes_back(inbox: Inbox) -> None:
    await inbox.patch(assignee_id=None)


async def closes(inbox: Inbox) -> None:
    await inbox.patch(status="closed")


async def snoozes(inbox: Inbox) -> None:
    await inbox.patch(status="snoozed", snoozed_until=(inbox.clock.now() + timedelta(hours=1)).isoformat())


async def wakes_up(inbox: Inbox) -> None:
    inbox.clock.ahead += timedelta(hours=2)
    async with inbox.worker.transaction() as conn:
        await act.wake_up(conn, inbox.world.workspace, ConversationId(UUID(inbox.conversation)), inbox.clock.now())


async def labels(inbox: Inbox) -> None:
    await inbox.patch(labels=["order", "vip"])


async def labels_otherwise(inbox: Inbox) -> None:
    await inbox.patch(labels=["complaint"])


async def changes_all_at_once(inbox: Inbox) -> None:
    await inbox.patch(status="closed", assignee_id=str(inbox.agent.agent), labels=["done"])


async def notes(inbox: Inbox) -> None:
    await inbox.do("POST", f"/conversations/{inbox.conversation}/notes", {"text": "She ordered last week."})


async def has_a_profile(inbox: Inbox) -> None:
    async with lent_sim() as door:
        url = str(door.base_url).removesuffix("/_control/")
        (await door.post("/accounts", json={"id": inbox.world.ig_id, "token": TOKEN})).raise_for_status()
        ada = {"customer": inbox.ada.igsid, "username": "ada.bakes", "name": "Ada", "text": "Hi", "deliver": False}
        (await door.post("/write", json={"account": inbox.world.ig_id, **ada})).raise_for_status()
        async with GraphClient.open(f"{url}/graph.instagram.com/v25.0", timeout_s=30) as graph:
            profiles = Profiles(inbox.worker, graph, inbox.clock, Wake(inbox.doors.worker), _token)
            async with inbox.worker.transaction() as conn:
                find = "SELECT participant_id FROM profile_fetches WHERE workspace_id = $1"
                participant = await conn.fetchval(find, inbox.world.workspace)
            await profiles.run(Due(key=(inbox.world.workspace, participant), attempts=0))
    (line,) = (await inbox.get("/conversations"))["items"]
    assert (line["participant"]["username"], line["participant"]["name"]) == ("ada.bakes", "Ada")


async def _token(*_: object) -> str:
    return TOKEN


async def comments(inbox: Inbox) -> None:
    await inbox.arrives(
        changes=[{"field": "comments", "value": {"id": "1804", "text": "Lovely!", "from": {"id": "9", "username": "bea"}}}]
    )


async def follows_a_link(inbox: Inbox) -> None:
    came = {"ref": "table-12", "source": "SHORTLINKS", "type": "OPEN_THREAD"}
    await inbox.happens(inbox.ada.item(ago(inbox, 3), referral=came))


async def follows_a_link_without_a_word(inbox: Inbox) -> None:
    came = {"ref": "table-12", "source": "SHORTLINKS", "type": "OPEN_THREAD"}
    await inbox.happens(Customer(inbox.world.ig_id, "2291834475610028").item(ago(inbox, 3), referral=came))


async def is_taken_over(inbox: Inbox) -> None:
    await inbox.happens(
        inbox.ada.item(ago(inbox, 2), take_thread_control={"new_owner_app_id": "1217981644879628", "metadata": "mine"})
    )


async def presses_a_button(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.item(ago(inbox, 1), postback={"mid": "pb", "title": "Menu", "payload": "MENU"}))


async def may_answer_for_a_week(inbox: Inbox) -> None:
    await inbox.do("PATCH", f"/accounts/{inbox.world.account}", {"human_agent": True})


async def is_renamed(inbox: Inbox) -> None:
    async with Database.open(inbox.doors.app, size=1) as db:
        await connected(db, inbox.owner, inbox.world.ig_id, "bakery.renamed", inbox.clock)


async def is_blocked_by_meta(inbox: Inbox) -> None:
    await inbox.happens(inbox.ada.item(ago(inbox, 1), policy_enforcement={"action": "block", "reason": "spam"}))


async def asks_who_they_are(inbox: Inbox) -> None:
    await inbox.do("POST", f"/conversations/{inbox.conversation}/participant/refresh")


async def is_linked_to_a_lead(inbox: Inbox) -> None:
    await inbox.do("PATCH", f"/conversations/{inbox.conversation}/participant", {"linked_lead_id": "crm/42"})


async def cannot_be_told(inbox: Inbox) -> None:
    """Every attempt to read the profile failed."""
    async with GraphClient.open("http://127.0.0.1:9", timeout_s=1) as graph:
        profiles = Profiles(inbox.worker, graph, inbox.clock, Wake(inbox.doors.worker), _token)
        async with inbox.worker.transaction() as conn:
            due = await PROFILES.claim(conn, inbox.clock.now(), inbox.clock.now(), 100)
        for one in due:
            if one.key[0] == inbox.world.workspace:
                await profiles.give_up(one, "Unavailable: Instagram cannot be reached.")


async def has_no_picture_to_show(inbox: Inbox) -> None:
    """Every attempt to fetch the picture failed."""
    async with inbox.worker.transaction() as conn:
        participant = await conn.fetchval("SELECT id FROM participants WHERE workspace_id = $1", inbox.world.workspace)
        await avatars.enqueue(conn, inbox.world.workspace, participant, "https://example.org/a.jpg", inbox.clock.now())
    none = cast(Any, None)  # never asked
    fetches = Avatars(inbox.worker, none, none, inbox.clock, Wake(inbox.doors.worker), none)
    await fetches.give_up(
        Due(key=(inbox.world.workspace, participant, AVATAR), attempts=3), "MediaUnavailable: its host answers 503"
    )


STORIES: dict[str, list[Callable[[Inbox], Awaitable[None]]]] = {
    "a customer says more": [writes, edits, reacts, answers_on_the_phone],
    "a customer takes it back": [edits, unsends],
    "an answer is sent and seen": [answers, is_sending, is_sent, is_echoed, is_seen],
    "an echo is faster than the receipt": [answers, is_sending, is_echoed, is_sent],
    "a guess is undone": [answers, is_sending, is_echoed_by_the_phone, is_sent, is_echoed],
    "an answer fails and goes again": [answers, is_sending, fails, retries, is_sending, is_sent],
    "an answer fails and is discarded": [answers, is_sending, fails, discards],
    "an answer is put off": [answers, is_sending, is_put_off, waits_for_its_account, discards],
    "an answer is in doubt and goes again": [answers, is_sending, is_in_doubt, is_given_up, retries],
    "an answer is in doubt and its echo comes": [answers, is_sending, is_in_doubt, is_echoed],
    "an answer is in doubt and is discarded": [answers, is_sending, is_in_doubt, discards],
    "a waiting answer is discarded": [answers, discards],
    "an answer is scheduled, changed and sent": [schedules("hold"), says_much_more, is_postponed, says_less, is_due],
    "a scheduled answer is held": [schedules("hold"), says_much_more, writes, is_due, is_postponed, is_sent_by_hand],
    "a scheduled answer is cancelled": [schedules("cancel"), writes, is_due],
    "a scheduled answer is sent all the same": [schedules("send"), writes, is_due, is_sending, is_sent],
    "a scheduled answer is deleted": [schedules("hold"), says_much_more, discards],
    "messages are read": [reads_the_first, reads_all, writes, reads_all],
    "it is somebody's": [assigns, takes_back],
    "it is closed and comes back": [closes, writes],
    "it is snoozed and comes back": [snoozes, wakes_up],
    "it is labelled": [labels, labels_otherwise],
    "all is changed at once": [changes_all_at_once],
    "a note is left": [notes],
    "a profile is fetched": [has_a_profile],
    "an account is erased": [writes, notes, closes, is_erased],
    "a profile is asked for and comes": [asks_who_they_are, has_a_profile],
    "a profile is asked for and does not come": [asks_who_they_are, cannot_be_told, asks_who_they_are],
    "a picture does not come": [has_no_picture_to_show],
    "a lead is linked": [is_linked_to_a_lead],
    "somebody comments": [comments],
    "things happen that are no messages": [follows_a_link, is_taken_over, presses_a_button, follows_a_link_without_a_word],
    "an account changes": [comments, may_answer_for_a_week, is_renamed, is_blocked_by_meta],
}


@pytest.mark.parametrize("story", STORIES)
async def test_F2_F3_F5_F6_F9_a_snapshot_and_the_changes_after_it_are_a_fresh_snapshot(inbox: Inbox, story: str) -> None:
    seq, copy = await inbox.snapshot()
    for step in STORIES[story]:
        await step(inbox)
        heard = await inbox.changes(seq)
        assert heard, step.__name__
        for change in heard:
            copy.hear(change)
        from_nothing = Copy()
        for change in await inbox.changes(0):
            from_nothing.hear(change)
        seq, fresh = await inbox.snapshot()
        assert copy.shown() == fresh, step.__name__
        assert from_nothing.shown() == fresh, step.__name__
        copy = from_nothing  # knows what no list shows
