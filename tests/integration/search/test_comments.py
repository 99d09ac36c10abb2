"""Comments are found by every word that they say now, and by no word that they said once. Rules SE2-SE4, SE10, SE13."""

import asyncio
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from confab.clock import Clock
from confab.inbox.comments import act, reading
from confab.search import find, words
from confab.search.indexing import Indexing
from confab.store import comments, search
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.properties import examples
from tests.world import NOON, World, comment, make_world, told

VOCABULARY = ["price", "prices", "Straße", "café", "東京タワー", "it's", "4.20", "🥐"]
TEXTS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4).map(" ".join)
DEEDS = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 5), TEXTS),
    st.tuples(st.just("edit"), st.integers(0, 5), TEXTS),
    st.tuples(st.sampled_from(["delete", "archive", "index", "forget"]), st.integers(0, 5), st.just("")),
)


class Play:
    """A workspace whose comments change, and what they say now: {key: (text, is archived)}."""

    def __init__(self, db: Database, doors: Doors, world: World) -> None:
        self.db, self.world, self.truth = db, world, dict[str, tuple[str, bool]]()
        self.indexing = Indexing(db, Clock(), Wake(doors.worker))
        self.gone = set[str]()

    async def happen(self, deed: str, number: int, text: str) -> None:
        key = f"c{number}"
        match deed:
            case "say" if key not in self.truth and key not in self.gone:
                await told(self.db, self.world, comment(key, text), at=NOON + timedelta(seconds=number), now=NOON)
                self.truth[key] = (text, False)
            case "edit" if key in self.truth:
                await self.change(key, text)
                self.truth[key] = (text, self.truth[key][1])
            case "delete" if key in self.truth:
                await self.change(key, None)
                self.gone.add(key)
                del self.truth[key]
            case "archive" if key in self.truth:
                async with self.db.transaction() as conn:
                    where = "WHERE workspace_id = $1 AND comment_key = $2"
                    await conn.execute(f"UPDATE comments SET is_archived = true {where}", self.world.workspace, key)
                self.truth[key] = (self.truth[key][0], True)
            case "index":
                await self.index()
            case "forget":  # the feed was forgotten meanwhile
                async with self.db.transaction() as conn:
                    await conn.execute("UPDATE search_indexes SET seq = NULL WHERE workspace_id = $1", self.world.workspace)
            case _:
                pass

    async def change(self, key: str, text: str | None) -> None:
        async with self.db.transaction() as conn:
            (row,) = await comments.lock_keys(conn, self.world.workspace, self.world.account, [key])
            if text is None:
                await reading.is_gone(conn, row, NOON)
            else:
                row.text = text
                await comments.write(conn, row)
            await act.published(conn, self.world.workspace, [row.id], NOON)

    async def index(self) -> None:
        await self.indexing.run(Due(key=(self.world.workspace,), attempts=0))

    async def found(self, app: Database, text: str, *, with_archived: bool) -> list[str]:
        async with app.viewing(self.world.workspace) as conn:
            found, before = list[str](), None
            while True:
                asked = find.Asked(
                    query=find.read(text), kinds=frozenset({"comment"}), accounts=[self.world.account],
                    with_archived=with_archived, before=before, limit=2,
                )  # fmt: skip
                page = await find.page(conn, self.world.viewer, asked)
                found += [hit.comment.text or "" for hit in page.hits if hit.comment is not None]
                if page.next is None:
                    return found
                before = UUID(str(page.next))

    async def words(self) -> set[str]:
        async with self.db.transaction() as conn:
            records = await conn.fetch("SELECT word FROM search_words WHERE workspace_id = $1", self.world.workspace)
        return {record["word"] for record in records}


@examples(15)
@given(deeds=st.lists(DEEDS, max_size=12))
def test_SE13_a_comment_is_found_by_what_it_says_now_whatever_happened_to_it(
    doors: Doors, deeds: list[tuple[str, int, str]]
) -> None:
    async def play() -> None:
        async with Database.open(doors.worker, size=2) as db, Database.open(doors.app, size=1) as app:
            play = Play(db, doors, await make_world(doors))
            async with db.transaction() as conn:
                await search.ensure(conn, play.world.workspace, NOON)
            for deed in deeds:
                await play.happen(*deed)
            await play.index()
            for wanted in ("price ", "price", "strasse caf", "京タ", "it's 4"):
                query = find.read(wanted)
                for with_archived in (True, False):
                    assert await play.found(app, wanted, with_archived=with_archived) == [
                        text
                        for key, (text, is_archived) in sorted(play.truth.items(), reverse=True)
                        if (with_archived or not is_archived) and _says(text, query)
                    ]
            assert await play.words() == {word for text, _ in play.truth.values() for word in words.of(text)}

    asyncio.run(play())


def _says(text: str, query: words.Query) -> bool:
    said = words.of(text)
    has_beginning = query.prefix is None or any(word.startswith(query.prefix) for word in said)
    return has_beginning and all(word in said for word in query.words)
