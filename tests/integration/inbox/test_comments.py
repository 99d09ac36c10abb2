"""Comments as rows and calls, step by step, with a Meta that takes everything or refuses as it is told. Rules CM of docs/spec."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from confab.clock import Clock
from confab.errors import Conflict, GraphError, KeyReused, Rejected, Unanswered, Unavailable
from confab.graph.client import GraphClient, Myself, Shape
from confab.graph.limits import Usage
from confab.graph.outgoing import Body
from confab.inbox.comments import act, reading
from confab.inbox.comments.calls import Calls
from confab.inbox.line import Line
from confab.inbox.retention import Retention
from confab.model.commands import Actor, AnswerComment, Moderate, NoteComment, WorkOnComment
from confab.model.comments import Comment
from confab.model.inbox import CommentId
from confab.store import account_erasure, comment_calls, comment_lists, comments
from confab.store.claims import COMMENT_CALLS, Due
from confab.store.comment_calls import CallRow
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.world import NOON, World, comment, make_world, told

LEASE = timedelta(seconds=30)


class Meta(GraphClient):
    """Keeps what it is asked to write, and takes it unless it is told to refuse."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.refusal: GraphError | None = None
        self.made = 0
        self.shown: list[dict[str, Any]] = []

    async def write(
        self, method: str, path: str, *, token: str, shape: type[Shape], body: Body | None = None,
        parameters: dict[str, str] | None = None, is_send: bool,
    ) -> tuple[Shape, Usage | None]:  # fmt: skip
        self.asked.append((f"{method} {path}", (body or {}).get("message") or next(iter((parameters or {}).values()), "")))
        if self.refusal is not None:
            raise self.refusal
        self.made += 1
        return msgspec.convert({"id": f"made-{self.made}", "success": True}, shape), None

    async def read(self, path: str, *, token: str, shape: type[Shape], parameters: dict[str, str]) -> tuple[Shape, Usage | None]:
        return msgspec.convert({"id": path, "replies": {"data": self.shown}}, shape), None

    async def me(self, *, token: str) -> Myself:
        return Myself(id="1")


class Counter:
    """An agent at the comments, and the worker's step for each call."""

    def __init__(self, db: Database, doors: Doors, world: World) -> None:
        self.db, self.world, self.meta = db, world, Meta()
        self.clock = Clock(ahead=NOON - Clock().now())
        self.calls = Calls(db, self.meta, self.clock, Wake(doors.worker), self._line, lease=LEASE)
        self.actor = Actor(workspace_id=world.workspace, kind="agent", agent_id=world.viewer.agent_id, name="Dana")

    async def _line(self, *_: object) -> Line:
        return Line(ig_id=self.world.ig_id, token="token")

    async def said(self, key: str = "c1", text: str = "price?", **more: Any) -> CommentId:
        await told(self.db, self.world, comment(key, text, **more), now=NOON)
        return await self.id_of(key)

    async def id_of(self, key: str) -> CommentId:
        async with self.db.transaction() as conn:
            (row,) = await comments.lock_keys(conn, self.world.workspace, self.world.account, [key])
        return CommentId(row.id)

    async def reply(self, to: CommentId, text: str = "4.20", key: str = "k") -> Comment:
        async with self.db.transaction() as conn:
            command = AnswerComment(comment_id=to, client_key=key, text=text)
            return (await act.reply(conn, self.actor, command, self.clock.now()))[0]

    async def moderate(self, comment_id: CommentId, what: Any) -> Comment:
        async with self.db.transaction() as conn:
            return await act.moderate(conn, self.actor, Moderate(comment_id=comment_id, what=what), self.clock.now())

    async def get(self, comment_id: UUID) -> Comment:
        async with self.db.transaction() as conn:
            return await comments.get(conn, self.world.workspace, comment_id)

    async def all(self) -> list[CallRow]:
        async with self.db.transaction() as conn:
            ids = await conn.fetch("SELECT id FROM comment_calls WHERE workspace_id = $1 ORDER BY id", self.world.workspace)
            found = [await comment_calls.get(conn, self.world.workspace, one["id"]) for one in ids]
        return [one for one in found if one is not None]

    async def work(self) -> None:
        """Every call that is due goes its way, until none is."""
        while True:
            now = self.clock.now()
            async with self.db.transaction() as conn:
                claimed = await COMMENT_CALLS.claim(conn, now, now + LEASE, 1000)
            ours = [due for due in claimed if due.key[0] == self.world.workspace]
            for due in ours:
                await self.calls.run(due)
            if not ours:
                return

    async def begun(self, call: CallRow) -> None:
        """`sending` is committed and the worker is gone."""
        async with self.db.transaction() as conn:
            call.state, call.due_at, call.attempted_at = "sending", self.clock.now() + LEASE, self.clock.now()
            await comment_calls.write(conn, call)

    def echo(self, text: str, id_: str, parent: str = "c1") -> dict[str, object]:
        """The webhook of our own comment."""
        return comment(id_, text, author=self.world.ig_id, parent_id=parent)


@pytest.fixture
async def counter(doors: Doors, worker_db: Database) -> Counter:
    return Counter(worker_db, doors, await make_world(doors))


async def test_CM6_the_key_of_an_answer_counts_once_and_for_one_text(counter: Counter) -> None:
    said = await counter.said()
    made = await counter.reply(said)
    assert (await counter.reply(said)).id == made.id
    with pytest.raises(KeyReused):
        await counter.reply(said, "5.20")
    await counter.work()
    await counter.work()
    assert counter.meta.asked == [("POST c1/replies", "4.20")]


@pytest.mark.parametrize("order", ["before", "between", "after"])
async def test_CM6_the_webhook_of_an_answer_is_the_answer_whenever_it_comes(counter: Counter, order: str) -> None:
    said = await counter.said()
    made = await counter.reply(said)
    if order == "before":  # faster than our own worker's commit of what Instagram answered
        await told(counter.db, counter.world, counter.echo("4.20", "made-1"), now=NOON)
    await counter.work()
    if order != "before":
        await told(counter.db, counter.world, counter.echo("4.20", "made-1"), now=NOON)
    await told(counter.db, counter.world, counter.echo("4.20", "made-1"), now=NOON)
    found = await counter.get(made.id)
    assert (found.status, found.ig_id, found.written_by) == ("sent", "made-1", "Dana")
    async with counter.db.transaction() as conn:
        under = await comment_lists.replies(conn, counter.world.viewer, counter.world.account, ["c1"], 10)
    assert [one.id for one in under] == [made.id]


async def test_CM6_an_answer_that_fails_leaves_its_comment_open(counter: Counter) -> None:
    said = await counter.said()
    counter.meta.refusal = Rejected("No.", graph_code=100)
    made = await counter.reply(said)
    assert (await counter.get(said)).done_at is not None
    await counter.work()
    assert (await counter.get(made.id)).status == "failed"
    assert (await counter.get(said)).done_at is None


async def test_CM21_a_public_reply_that_fails_leaves_done_what_was_done_before(counter: Counter) -> None:
    said = await counter.said()
    async with counter.db.transaction() as conn:
        await act.work(conn, replace(counter.actor, name="Mia"), WorkOnComment(comment_id=said, is_done=True), NOON)
    counter.meta.refusal = Rejected("No.")
    made = await counter.reply(said)
    await counter.work()
    assert ((await counter.get(made.id)).status, (await counter.get(said)).done_by) == ("failed", "Mia")


async def test_CM21_of_two_public_replies_the_last_that_fails_leaves_the_comment_open(counter: Counter) -> None:
    said = await counter.said()
    made = [await counter.reply(said, text, key=text) for text in ("4.20", "or 3.90")]
    counter.meta.refusal = Rejected("No.")
    (first, second) = await counter.all()
    await counter.calls.run(Due(key=(first.workspace_id, first.id), attempts=1))
    assert ((await counter.get(made[0].id)).status, (await counter.get(said)).done_by) == ("failed", "Dana")
    await counter.calls.run(Due(key=(second.workspace_id, second.id), attempts=1))
    assert ((await counter.get(made[1].id)).status, (await counter.get(said)).done_at) == ("failed", None)


async def test_CM21_what_is_said_to_be_done_while_an_answer_waits_stays_done(counter: Counter) -> None:
    said = await counter.said()
    await counter.reply(said)
    async with counter.db.transaction() as conn:
        await act.work(conn, counter.actor, WorkOnComment(comment_id=said, is_done=False), NOON)
        await act.work(conn, replace(counter.actor, name="Mia"), WorkOnComment(comment_id=said, is_done=True), NOON)
    counter.meta.refusal = Rejected("No.")
    await counter.work()
    assert (await counter.get(said)).done_by == "Mia"


async def test_CM6_a_reply_to_a_reply_hangs_on_the_comment_above(counter: Counter) -> None:
    await counter.said()
    below = await counter.said("c2", "me too", parent_id="c1")
    made = await counter.reply(below)
    assert made.parent_ig_id == "c1"
    await counter.work()
    assert counter.meta.asked == [("POST c1/replies", "4.20")]


async def test_CM7_what_is_taken_back_before_it_went_never_goes(counter: Counter) -> None:
    said = await counter.said()
    assert (await counter.moderate(said, "hide")).pending == "hide"
    shown = await counter.moderate(said, "unhide")
    assert (shown.hidden, shown.pending) == (False, None)
    await counter.work()
    assert counter.meta.asked == []


async def test_CM7_what_was_asked_for_last_counts_in_the_end(counter: Counter) -> None:
    said = await counter.said()
    await counter.moderate(said, "hide")
    (call,) = await counter.all()
    await counter.begun(call)
    await counter.moderate(said, "unhide")
    await counter.work()
    assert counter.meta.asked == []  # the first is under way with a worker that is gone, and its lease lasts
    counter.clock.ahead += LEASE + timedelta(seconds=1)
    await counter.work()
    assert [what for _, what in counter.meta.asked] == ["true", "false"]
    found = await counter.get(said)
    assert (found.hidden, found.pending, found.error) == (False, None, None)


async def test_CM8_a_refusal_takes_back_what_was_shown_unless_something_newer_was_asked_for(counter: Counter) -> None:
    said = await counter.said()
    counter.meta.refusal = Rejected("Not allowed.", graph_code=200)
    await counter.moderate(said, "delete")
    await counter.work()
    found = await counter.get(said)
    assert (found.deleted_at, found.text, found.pending) == (None, "price?", None)
    assert found.error is not None
    assert found.error.message == "Not allowed."


async def test_CM8_what_may_pass_is_tried_four_times(counter: Counter) -> None:
    said = await counter.said()
    counter.meta.refusal = Unavailable("Out of order.", graph_code=2)
    await counter.moderate(said, "hide")
    for _ in range(6):
        await counter.work()
        counter.clock.ahead += timedelta(seconds=10)
    assert len(counter.meta.asked) == 4
    assert (await counter.get(said)).hidden is False


async def test_CM9_an_answer_whose_worker_died_is_in_doubt_and_never_sent_again_by_itself(counter: Counter) -> None:
    said = await counter.said()
    made = await counter.reply(said)
    (call,) = await counter.all()
    await counter.begun(call)
    for _ in range(8):
        counter.clock.ahead += timedelta(seconds=31)
        await counter.work()
    found = await counter.get(made.id)
    assert (found.status, counter.meta.asked) == ("in_doubt", [])
    counter.meta.shown = [{"id": "made-9", "text": "4.20", "from": {"id": counter.world.ig_id}}]
    await told(counter.db, counter.world, counter.echo("4.20", "made-9"), now=counter.clock.now())
    await counter.work()  # its webhook came at last
    settled = await counter.get(made.id)
    assert (settled.status, settled.ig_id) == ("sent", "made-9")


async def test_CM10_silence_is_doubt_and_absence_no_proof(counter: Counter) -> None:
    said = await counter.said()
    counter.meta.refusal = Unanswered("No answer.")
    made = await counter.reply(said)
    await counter.work()
    checking = await counter.get(made.id)
    assert checking.error is not None
    assert (checking.status, checking.error.code) == ("in_doubt", "checking")
    for _ in range(7):
        counter.clock.ahead += timedelta(seconds=20)
        await counter.work()
    left = await counter.get(made.id)
    assert left.error is not None
    assert (left.status, left.error.code) == ("in_doubt", "in_doubt")
    assert len(counter.meta.asked) == 1


async def test_CM13_done_assignee_labels_and_notes_stay_here(counter: Counter) -> None:
    said = await counter.said()
    agent = counter.world.viewer.agent_id
    async with counter.db.transaction() as conn:
        command = WorkOnComment(comment_id=said, is_done=True, assignee_id=agent, labels=["wholesale", " wholesale "])
        await act.work(conn, counter.actor, command, NOON)
        found = await act.add_note(conn, counter.actor, NoteComment(comment_id=said, text="call them"), NOON)
    assert (found.done_by, found.labels, [note.text for note in found.notes]) == ("Dana", ["wholesale"], ["call them"])
    assert found.assignee is not None
    assert found.assignee.id == agent
    await counter.work()
    assert counter.meta.asked == []
    async with counter.db.transaction() as conn:
        opened = WorkOnComment(comment_id=said, is_done=False, is_unassigned=True)
        again = await act.work(conn, counter.actor, opened, NOON)
    assert (again.done_at, again.assignee) == (None, None)


async def test_CM13_a_new_reply_brings_what_is_archived_above_it_back(counter: Counter) -> None:
    said = await counter.said()
    async with counter.db.transaction() as conn:
        await conn.execute("UPDATE comments SET is_archived = true WHERE workspace_id = $1", counter.world.workspace)
    await counter.said("c2", "still there?", parent_id="c1")
    assert (await counter.get(said)).is_archived is False


async def test_CM4_deleting_leaves_no_words_in_the_feed(counter: Counter) -> None:
    said = await counter.said(text="1 Quay Street")
    await counter.moderate(said, "delete")
    await counter.work()
    async with counter.db.transaction() as conn:
        feed = await conn.fetch("SELECT body FROM changes WHERE workspace_id = $1", counter.world.workspace)
    assert not any(b"Quay" in record["body"] for record in feed)
    with pytest.raises(Conflict):
        await counter.reply(said)


async def test_CM4_a_deletion_that_a_look_finds_takes_the_words_out_of_our_calls_too(counter: Counter) -> None:
    await counter.said()
    made = await counter.reply(await counter.id_of("c1"), "4.20")
    await counter.work()
    async with counter.db.transaction() as conn:
        row = await comments.lock(conn, counter.world.workspace, made.id)
        await reading.is_gone(conn, row, NOON)
        await act.published(conn, counter.world.workspace, [row.id], NOON)
    assert [call.text for call in await counter.all()] == [None]


@pytest.mark.parametrize("how", ["retention", "account"])
@pytest.mark.parametrize("state", ["queued", "sending", "in_doubt"])
async def test_CM25_what_is_deleted_takes_its_calls_along_in_whatever_state_they_are(
    counter: Counter, doors: Doors, how: str, state: str
) -> None:
    world = counter.world
    await told(counter.db, world, comment("c1", "price?"), at=NOON - timedelta(days=400), now=NOON)
    said = await counter.id_of("c1")
    if state == "in_doubt":
        counter.meta.refusal = Unanswered("No answer.")
    await counter.reply(said)
    await counter.moderate(said, "hide")
    (call, _) = await counter.all()
    if state == "sending":
        await counter.begun(call)
    elif state == "in_doubt":
        await counter.work()
    if how == "retention":
        counter.clock.ahead += timedelta(days=400)  # until the answer is old, too
        await Retention(counter.db, counter.clock, Wake(doors.worker), days={"comments": 1}).run(world.workspace, is_dry=False)
    else:
        async with counter.db.transaction() as conn:
            while await account_erasure.some(conn, world.workspace, world.account, counter.clock.now()):
                pass
    assert await counter.all() == []
    async with counter.db.transaction() as conn:
        assert await conn.fetchval("SELECT count(*) FROM comments WHERE workspace_id = $1", world.workspace) == 0
    await counter.calls.run(Due(key=(world.workspace, call.id), attempts=1))  # whoever had claimed it finds nothing to do
