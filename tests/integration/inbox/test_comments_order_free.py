"""Whatever is told of comments, in whatever order, however often, and whatever is not told: the rows are what Instagram shows.

A scenario is what people do at Instagram, and what we answer. It is told once cleanly, by a webhook for each comment and a
reading in the end, and once wildly: webhooks shuffled, doubled and dropped, with readings of the post and steps of our own
calls in between. Then the rows are compared, and so are the feed and a fresh snapshot. Rules CM3-CM6, CM10, CM16, A1.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from confab.clock import Clock
from confab.errors import Rejected, Unanswered
from confab.graph.client import GraphClient, Myself, Shape
from confab.graph.comments import ReadComment
from confab.graph.limits import Usage
from confab.graph.outgoing import Body
from confab.inbox.comments import act, reading
from confab.inbox.comments.calls import Calls
from confab.inbox.comments.looks import Looks
from confab.inbox.comments.reading import Reader, Target
from confab.inbox.line import Line
from confab.model.commands import Actor, AnswerComment
from confab.model.inbox import CommentId
from confab.store import changes, comments
from confab.store.claims import COMMENT_CALLS, COMMENT_LOOKS
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from confab.work.pace import Pace
from tests.properties import examples
from tests.world import NOON, World, comment, make_world, told

POST = "18062245590713388"
PEOPLE = ["1087654321098765", "1087654321098766"]
LEASE = timedelta(seconds=30)
Item = tuple[dict[str, object], datetime]


@dataclass(slots=True)
class Remark:
    """A comment at Instagram. `is_withheld`: no list shows it, though it is there (rule K16)."""

    id: str
    text: str
    author: str
    username: str
    parent: str | None
    at: datetime
    is_hidden: bool = False
    is_withheld: bool = False

    def webhook(self) -> Item:
        under = {"parent_id": self.parent} if self.parent is not None else {}
        return comment(self.id, self.text, author=self.author, username=self.username, **under), self.at


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does, at which of the comments that are there."""

    what: str
    which: int
    who: int


DEEDS = st.builds(
    Deed,
    what=st.sampled_from(
        ["write", "reply", "phone", "edit", "hide", "withhold", "delete", "delete_thread", "answer", "answer_unheard"]
    ),
    which=st.integers(0, 3),
    who=st.integers(0, 1),
)


FIRST = Deed(what="write", which=0, who=0)


class Instagram(GraphClient):
    """One post with what stands under it."""

    def __init__(self, ours: str) -> None:
        self.ours = ours
        self.remarks: dict[str, Remark] = {}
        self.answers: dict[str, bool] = {}  # text → whether its answer is heard
        self.answered: list[Item] = []
        self.second = 0

    def tick(self) -> datetime:
        self.second += 1
        return NOON - timedelta(hours=1) + timedelta(seconds=self.second)

    def add(self, text: str, author: str, parent: str | None, at: datetime | None = None) -> Remark:
        at = at or self.tick()
        username = "harbour.bakery" if author == self.ours else "ada.bakes"
        made = Remark(f"c{len(text)}-{text}", text, author, username, parent, at)
        self.remarks[made.id] = made
        return made

    def remove(self, id_: str) -> None:
        """With everything under it."""
        self.remarks = {key: one for key, one in self.remarks.items() if id_ not in (key, one.parent)}

    def page(self) -> list[ReadComment]:
        """What a list of the post shows, newest first."""
        top = [one for one in self.remarks.values() if one.parent is None and not one.is_withheld]
        return [self._read(one) for one in sorted(top, key=lambda one: one.at, reverse=True)]

    def listed(self) -> set[str]:
        """What a list of the post shows, its replies included."""
        return {one.ig_id for one in reading.flat(self.page())}

    def _under(self, id_: str) -> list[Remark]:
        return [one for one in self.remarks.values() if one.parent == id_ and not one.is_withheld]

    def _read(self, one: Remark) -> ReadComment:
        return ReadComment(
            ig_id=one.id, text=one.text, written_at=one.at, author_ig_id=one.author, username=one.username, hidden=one.is_hidden,
            parent_ig_id=one.parent, replies=[self._read(reply) for reply in self._under(one.id)],
        )  # fmt: skip

    def _shown(self, one: Remark) -> dict[str, Any]:
        return {
            "id": one.id, "text": one.text, "timestamp": one.at.isoformat(), "username": one.username, "hidden": one.is_hidden,
            "from": {"id": one.author, "username": one.username}, "parent_id": one.parent,
            "replies": {"data": [self._shown(reply) for reply in self._under(one.id)]},
        }  # fmt: skip

    async def read(self, path: str, *, token: str, shape: type[Shape], parameters: dict[str, str]) -> tuple[Shape, Usage | None]:
        if path not in self.remarks:
            raise Rejected("There is no such object.", graph_code=100, subcode=33)
        return msgspec.convert(self._shown(self.remarks[path]), shape), None

    async def write(
        self, method: str, path: str, *, token: str, shape: type[Shape], body: Body | None = None,
        parameters: dict[str, str] | None = None, is_send: bool,
    ) -> tuple[Shape, Usage | None]:  # fmt: skip
        parent, text = path.partition("/")[0], str((body or {})["message"])
        if parent not in self.remarks:
            raise Rejected("There is no such object.", graph_code=100, subcode=33)
        made = self.add(text, self.ours, parent, NOON)
        self.answered.append(made.webhook())
        if not self.answers[text]:
            raise Unanswered("No answer.")
        return msgspec.convert({"id": made.id}, shape), None

    async def me(self, *, token: str) -> Myself:
        return Myself(id="1")


@dataclass(slots=True, kw_only=True)
class Play:
    """A scenario, told to a workspace of its own."""

    db: Database
    world: World
    instagram: Instagram
    clock: Clock
    reader: Reader
    calls: Calls
    looks: Looks
    target: Target
    written: list[str] = field(default_factory=list)

    async def tell(self, *items: Item) -> None:
        for change, at in items:
            await told(self.db, self.world, change, at=at, now=self.clock.now())

    async def read(self) -> None:
        """The post is read, and what the list lacks by itself."""
        await self.reader.let_in(self.target, POST, self.instagram.page(), (reading.BEGINNING, reading.END))
        await self.look()

    async def look(self) -> None:
        while True:
            now = self.clock.now()
            async with self.db.transaction() as conn:
                claimed = await COMMENT_LOOKS.claim(conn, now, now + LEASE, 1000)
            ours = [due for due in claimed if due.key[0] == self.world.workspace]
            for due in ours:
                await self.looks.run(due)
            if not ours:
                return

    async def work(self) -> None:
        now = self.clock.now()
        async with self.db.transaction() as conn:
            claimed = await COMMENT_CALLS.claim(conn, now, now + LEASE, 1000)
        for due in claimed:
            if due.key[0] == self.world.workspace:
                await self.calls.run(due)

    async def do(self, deed: Deed, number: int) -> Item | None:
        """It happens at Instagram; the webhook that tells of it, if one does."""
        there, top = list(self.instagram.remarks.values()), [one for one in self.instagram.remarks.values() if one.parent is None]
        chosen = there[deed.which % len(there)] if there else None
        above = top[deed.which % len(top)] if top else None
        match deed.what:
            case "write":
                return self.instagram.add(f"said {number}", PEOPLE[deed.who], None).webhook()
            case "reply" if above is not None:
                return self.instagram.add(f"replied {number}", PEOPLE[deed.who], above.id).webhook()
            case "phone" if above is not None:
                return self.instagram.add(f"from the phone {number}", self.instagram.ours, above.id).webhook()
            case "edit" if chosen is not None and chosen.author != self.instagram.ours:
                chosen.text = f"edited {number}"
            case "hide" if chosen is not None:
                chosen.is_hidden = not chosen.is_hidden
            case "withhold" if chosen is not None and chosen.author != self.instagram.ours:
                chosen.is_withheld = True
            case "delete" if chosen is not None:
                await self.settle()
                self.instagram.remove(chosen.id)
            case "delete_thread" if above is not None:
                await self.settle()
                self.instagram.remove(above.id)
            case _:
                pass
        return None

    async def answer(self, deed: Deed, number: int) -> None:
        """We answer a comment that is known here as it is, and may be answered."""
        await self.read()
        top = [one for one in self.instagram.remarks.values() if one.parent is None]
        above = next((one for one in top if not one.is_hidden and not one.is_withheld), None)
        if above is None:
            return
        async with self.db.transaction() as conn:
            found = await comments.lock_keys(conn, self.world.workspace, self.world.account, [above.id])
        if not found:
            await self.tell(above.webhook())
            async with self.db.transaction() as conn:
                found = await comments.lock_keys(conn, self.world.workspace, self.world.account, [above.id])
        text = f"our answer {number}"
        self.instagram.answers[text] = deed.what == "answer"
        if found[0].hidden or found[0].deleted_at is not None:
            return
        actor = Actor(workspace_id=self.world.workspace, kind="agent", agent_id=self.world.viewer.agent_id, name="Dana")
        async with self.db.transaction() as conn:
            await act.reply(conn, actor, AnswerComment(comment_id=CommentId(found[0].id), client_key=text, text=text), NOON)
        await self.work()

    async def settle(self) -> None:
        """What is in doubt is found: of an answer that is gone before that, nobody can know."""
        self.clock.ahead += timedelta(seconds=3)
        await self.work()

    async def end(self) -> None:
        """All that is due by itself has been done, a while later."""
        for _ in range(3):
            self.clock.ahead += timedelta(minutes=11)
            await self.work()
            await self.read()

    async def show(self) -> None:
        """What is open is on somebody's screen: a reply whose parent nobody knew is compared by nothing else."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            ids = await conn.fetch("SELECT id FROM comments WHERE workspace_id = $1", self.world.workspace)
            await comments.look(conn, [(self.world.workspace, record["id"]) for record in ids], now, now)
        await self.look()

    async def rows(self) -> dict[str, Any]:
        async with self.db.transaction() as conn:
            records = await conn.fetch(
                """SELECT comment_key, ig_id, kind, media_ig_id, parent_ig_id, author_ig_id, author_username, is_own, written_by,
                    CASE WHEN deleted_at IS NULL THEN text END AS text, hidden AND deleted_at IS NULL AS hidden,
                    deleted_at IS NOT NULL AS is_deleted, created_at,
                    text IS NOT NULL AND deleted_at IS NOT NULL AS has_words, status, done_at IS NOT NULL AS is_done
                FROM comments WHERE workspace_id = $1 ORDER BY comment_key""",
                self.world.workspace,
            )
        return {record["comment_key"]: dict(record) for record in records}

    async def law(self) -> None:
        """Snapshot = what the feed says from the beginning."""
        shown: dict[str, Any] = {}
        async with self.db.transaction() as conn:
            for change in await changes.after(conn, self.world.workspace, 0, 10_000):
                body = msgspec.json.decode(change.body)
                if body["type"] == "comment_updated":
                    shown[body["comment"]["id"]] = body["comment"]
                elif body["type"] == "comment_removed":
                    shown.pop(body["comment_id"], None)
            ids = await conn.fetch("SELECT id FROM comments WHERE workspace_id = $1", self.world.workspace)
            found = await comments.by_ids(conn, [(self.world.workspace, record["id"]) for record in ids])
        assert shown == {
            str(id_): msgspec.to_builtins(one) | {"post_id": shown[str(id_)]["post_id"]} for id_, (_, one) in found.items()
        }


async def begin(db: Database, doors: Doors) -> Play:
    world = await make_world(doors)
    instagram, clock, waker = Instagram(world.ig_id), Clock(ahead=NOON - Clock().now()), Wake(doors.worker)
    line = Line(ig_id=world.ig_id, token="token")

    async def line_of(*_: object) -> Line:
        return line

    reader = Reader(db, instagram, clock, waker, line_of, Pace(db, clock))
    return Play(
        db=db, world=world, instagram=instagram, clock=clock, reader=reader, looks=Looks(reader, waker),
        calls=Calls(db, instagram, clock, waker, line_of, lease=LEASE),
        target=Target(workspace=world.workspace, account=world.account, line=line),
    )  # fmt: skip


async def cleanly(db: Database, doors: Doors, deeds: list[Deed]) -> Play:
    play = await begin(db, doors)
    for number, deed in enumerate(deeds):
        if deed.what.startswith("answer"):
            await play.answer(deed, number)
            await play.tell(*play.instagram.answered)
        elif (item := await play.do(deed, number)) is not None:
            await play.tell(item)
    await play.end()
    return play


async def wildly(db: Database, doors: Doors, deeds: list[Deed], data: st.DataObject) -> Play:
    """Webhooks late, twice or never, and the post read now and then."""
    play, pool = await begin(db, doors), list[Item]()
    for number, deed in enumerate(deeds):
        if deed.what.startswith("answer"):
            before = len(play.instagram.answered)
            await play.answer(deed, number)
            pool += play.instagram.answered[before:] * data.draw(st.integers(0, 2))
        elif (item := await play.do(deed, number)) is not None:
            pool += [item] * data.draw(st.integers(0, 2))
        pool = data.draw(st.permutations(pool))
        for _ in range(data.draw(st.integers(0, len(pool)))):
            await play.tell(pool.pop())
        if data.draw(st.booleans()):
            await play.read()
    await play.tell(*pool)
    await play.end()
    return play


@examples(25)
@given(deeds=st.lists(DEEDS, max_size=10).map(lambda more: [FIRST, *more]), data=st.data())
def test_CM24_whatever_is_told_of_comments_the_rows_are_what_instagram_shows(
    doors: Doors, deeds: list[Deed], data: st.DataObject
) -> None:
    async def both() -> None:
        async with Database.open(doors.worker, size=2) as db:
            clean = await cleanly(db, doors, deeds)
            wild = await wildly(db, doors, deeds, data)
            await wild.show()
            expected, found = await clean.rows(), await wild.rows()
            listed = wild.instagram.listed()  # what is not may never have been told of
            assert found == {key: row for key, row in expected.items() if key in found or key in listed}
            assert {key for key, row in expected.items() if not row["is_deleted"]} == set(clean.instagram.remarks)
            assert not any(row["has_words"] for row in [*expected.values(), *found.values()])
            await clean.law()
            await wild.law()

    asyncio.run(both())


async def test_CM24_with_a_comment_that_is_gone_goes_what_hangs_on_it(doors: Doors, worker_db: Database) -> None:
    deeds = [Deed(what="write", which=0, who=0), Deed(what="reply", which=0, who=1), Deed(what="delete", which=0, who=0)]
    play = await cleanly(worker_db, doors, deeds)
    assert [(row["is_deleted"], row["has_words"]) for row in (await play.rows()).values()] == [(True, False)] * 2
