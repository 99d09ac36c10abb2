"""The archive, search and sync: what lies behind costs nothing. `BENCH_ARCHIVE_MESSAGES` says how many messages there are (5
million)."""

import asyncio
import itertools
import json
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import msgspec

from bench import archive_beside, ground
from bench.ground import Spread, Verdict
from confab.clock import Clock
from confab.graph.read_back import ReadConversation
from confab.inbox.line import Line
from confab.inbox.normalise import read_back
from confab.inbox.reading import Reader, Target
from confab.model.events import MessageEchoed, MessageReceived
from confab.model.inbox import AccountId, AgentId, ConversationId, Viewer, WorkspaceId
from confab.model.search import HitKind
from confab.search import find
from confab.store import conversation_list, conversations, embedded, ids, messages, search
from confab.store.db import Conn, Database, Door, Doors, connect
from confab.store.migrate import migrate
from confab.store.wake import Wake

MESSAGES = int(os.environ.get("BENCH_ARCHIVE_MESSAGES", "5000000"))  # noqa: TID251 -- a program's, not the product's
EACH = archive_beside.EACH
OPEN_SHARE = 10
MOST_SLOWER, OF_EACH_BY_EACH, SEARCH_MS = 1.2, 4.0, 100.0
SYNCED, MOVED, ARCHIVED_BEHIND = 1_000, 10, 1_000_000
_BATCH = 20_000
_VOCABULARY = 30_000
Side = TypeVar("Side")
_KINDS: frozenset[HitKind] = frozenset({"person", "conversation", "message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A database with so many messages, and who looks at it."""

    doors: Doors
    viewer: Viewer
    account: AccountId


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """The list and the thread, a search, a sync, and ingestion while the job archives."""
    count = min(MESSAGES, 60_000) if is_quick else MESSAGES
    rounds = 40 if is_quick else 300
    with ExitStack() as stack:
        doors = stack.enter_context(embedded.running(stack.enter_context(ground.folder()) / "data"))
        yield from asyncio.run(_behind(doors, count, rounds))
        yield from asyncio.run(_synced(doors, min(count, ARCHIVED_BEHIND), max(10, rounds // 6)))
    with ExitStack() as stack:
        by_hand = {"CONFAB_ARCHIVE_DAYS": "0"}  # it begins when the bench says so
        product = stack.enter_context(ground.product(stack.enter_context(ground.folder()), by_hand))
        yield archive_beside.ingestion(product, 5_000 if is_quick else archive_beside.ARCHIVED, 4 if is_quick else 30)


async def _behind(doors: Doors, count: int, rounds: int) -> list[Verdict]:
    """Nine tenths archived, beside a database that holds the open tenth alone; then searches in the whole."""
    whole = await filled(at(doors, await made(doors, "whole")), count, with_words=True)
    tenth = await filled(at(doors, await made(doors, "tenth")), count // OPEN_SHARE, with_words=False)
    verdicts = []
    reads: dict[str, Callable[[Conn, Filled, int], Awaitable[object]]] = {
        "the inbox list": a_list, "the open messages of a thread, and what is unread": a_thread
    }  # fmt: skip
    for name, read in reads.items():
        times = [Spread(), Spread()]
        async with Database.open(whole.doors.app, size=1) as ours, Database.open(tenth.doors.app, size=1) as theirs:
            for number in range(rounds + 10):
                for spread, db, one in _taking_turns(number, (times[0], ours, whole), (times[1], theirs, tenth)):
                    async with db.viewing(one.viewer.workspace_id) as conn:
                        began = time.perf_counter()
                        await read(conn, one, number)
                        if number >= 10:
                            spread.values.append((time.perf_counter() - began) * 1000)
        ratio = times[0].median / times[1].median
        verdicts.append(
            Verdict(
                name=f"{name}, 90% of {count:,} archived", measured=f"{ratio:.2f}x: {times[0].median:.2f} ms",
                promise=f"at most {MOST_SLOWER}x a database with the open tenth alone", is_kept=ratio <= MOST_SLOWER,
                notes=[
                    f"the open tenth alone: {times[1].shown('.2f')} ms; ours {times[0].shown('.2f')} ms",
                    "as the role of the API, under row-level security",
                ],
            )
        )  # fmt: skip
    return [*verdicts, await searched(whole, count, rounds)]


def _taking_turns(number: int, one: Side, other: Side) -> tuple[Side, Side]:
    """Who goes first finds the processor cold."""
    return (one, other) if number % 2 else (other, one)


async def searched(whole: Filled, count: int, rounds: int) -> Verdict:
    """Words that are rare, frequent, unfinished, together, and nowhere; under row-level security."""
    chance, took = random.Random(5), dict[str, list[float]]()
    known = vocabulary()
    kinds: dict[str, Callable[[], str]] = {
        "a rare word": lambda: f"a{chance.randrange(count)}x",
        "a word of the middle": lambda: known[chance.randrange(1000, 20_000)] + " ",
        "the most frequent": lambda: known[chance.randrange(5)] + " ",
        "two frequent": lambda: f"{known[chance.randrange(10)]} {known[chance.randrange(10)]} ",
        "a frequent and a rare": lambda: f"{known[chance.randrange(10)]} {known[chance.randrange(5000, 30_000)]} ",
        "two of the middle": lambda: f"{known[chance.randrange(1000, 5000)]} {known[chance.randrange(1000, 5000)]} ",
        "three letters": lambda: known[chance.randrange(30_000)][:3],
        "one letter": lambda: known[chance.randrange(30_000)][:1],
        "words and a beginning": lambda: f"{known[chance.randrange(50)]} {known[chance.randrange(3000)][:3]}",
        "a person": lambda: f"person{chance.randrange(count // EACH)}",
        "nowhere": lambda: "qqqqzzz",
    }
    hits = 0
    async with Database.open(whole.doors.app, size=1) as db:
        for number, (name, text) in itertools.product(range(rounds // 2), kinds.items()):
            asked = find.Asked(
                query=find.read(text()), kinds=_KINDS, accounts=[whole.account], with_archived=number % 2 == 0, before=None,
                limit=20,
            )  # fmt: skip
            began = time.perf_counter()
            async with db.viewing(whole.viewer.workspace_id) as conn:
                hits += len((await find.page(conn, whole.viewer, asked)).hits)
            if number >= 3:
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    every = [one for times in took.values() for one in times]
    p99 = ground.percentile(every, 0.99)
    size = await sizes(whole.doors.owner)
    return Verdict(
        name=f"search in {count:,} messages", measured=f"p99 {p99:.1f} ms, median {statistics.median(every):.1f} ms",
        promise=f"p99 under {SEARCH_MS:.0f} ms", is_kept=p99 < SEARCH_MS and hits > 0,
        notes=[
            "; ".join(f"{name} {ground.percentile(times, 0.99):.1f}" for name, times in took.items()) + " ms p99",
            f"first pages with people, conversations and messages, half of them with the archive; {size}",
        ],
    )  # fmt: skip


async def _synced(doors: Doors, archived: int, rounds: int) -> list[Verdict]:
    """A thousand messages as Instagram lists them; in a tenth of the conversations one is new. With an archive and without."""
    behind = await filled(at(doors, await made(doors, "behind")), archived, with_words=False, open_share=0)
    alone = await filled(at(doors, await made(doors, "alone")), 0, with_words=False)
    times, serial = [Spread(), Spread()], Spread()
    async with compared(behind) as ours, compared(alone) as theirs:
        for number in range(rounds + 2):
            for spread, (reader, target, _) in _taking_turns(number, (times[0], ours), (times[1], theirs)):
                listed = listing(SYNCED, 2 * number + 1)
                began = time.perf_counter()
                missing = await reader.incomplete(target, listed)
                found = await reader.let_in(target, missing, since=None)
                took_ms = (time.perf_counter() - began) * 1000
                assert found.new == len(missing) == SYNCED // EACH // MOVED
                if number >= 2:
                    spread.values.append(took_ms)
            reader, target, db = ours
            listed = listing(SYNCED, 2 * number + 2)
            began = time.perf_counter()
            await message_by_message(db, reader, target, listed)
            if number >= 2:
                serial.values.append((time.perf_counter() - began) * 1000)
    ratio, gain = times[0].median / times[1].median, serial.median / times[0].median
    return [
        Verdict(
            name=f"sync of {SYNCED:,} open messages with {archived:,} archived",
            measured=f"{ratio:.2f}x: {times[0].median:.1f} ms",
            promise=f"at most {MOST_SLOWER}x of none archived",
            is_kept=ratio <= MOST_SLOWER,
            notes=[
                f"none archived: {times[1].shown('.1f')} ms; ours {times[0].shown('.1f')} ms",
                "what Instagram takes is not in it",
            ],
        ),
        Verdict(
            name="the same sync", measured=f"{gain:.1f}x comparing timestamps message by message",
            promise=f"at least {OF_EACH_BY_EACH:.0f}x", is_kept=gain >= OF_EACH_BY_EACH,
            notes=[f"message by message: {serial.shown('.1f')} ms: one prepared look by index each, in one transaction"],
        ),
    ]  # fmt: skip


@asynccontextmanager
async def compared(one: Filled) -> AsyncIterator[tuple[Reader, Target, Database]]:
    """A reader of the account, and what Instagram would list: a thousand messages that are here already."""
    async with Database.open(one.doors.worker, size=2) as db:
        nobody = cast(Any, None)  # Instagram is not asked: what it would say is given
        reader = Reader(db, nobody, Clock(), Wake(one.doors.worker), nobody, nobody)
        target = Target(
            workspace=one.viewer.workspace_id, account=one.account, connected_at=datetime(2020, 1, 1, tzinfo=UTC),
            line=Line(ig_id=ground.IG_ID, token=""),
        )  # fmt: skip
        await reader.let_in(target, listing(SYNCED, 0), since=None)
        owner = await connect(one.doors.owner)
        await owner.execute("ANALYZE messages, conversations, participants")
        await owner.close()
        yield reader, target, db


def listing(count: int, step: int) -> list[ReadConversation]:
    """Conversations with their newest messages as Instagram writes them; at each step a tenth of them have one more."""
    at_ = datetime(2026, 10, 1, tzinfo=UTC)
    found = []
    for number in range(count // EACH):
        who = {"id": f"77{number:08}", "username": f"synced{number}"}
        said = [
            {"id": f"mid-{number}-{n}", "created_time": _written(at_ + timedelta(seconds=number * EACH - n)), "from": who,
             "to": {"data": [{"id": ground.IG_ID}]}, "message": f"text {n}"}
            for n in range(EACH)
        ]  # fmt: skip
        moved_at = at_ + timedelta(days=1)
        if step and number % MOVED == 0:
            moved_at += timedelta(minutes=step)
            said = [{**said[0], "id": f"mid-{number}-step-{step}", "created_time": _written(moved_at)}, *said[:-1]]
        whole = {
            "id": f"t{number}", "updated_time": _written(moved_at), "participants": {"data": [who, {"id": ground.IG_ID}]},
            "messages": {"data": said},
        }  # fmt: skip
        found.append(msgspec.json.decode(json.dumps(whole), type=ReadConversation))
    return found


def _written(at_: datetime) -> str:
    return f"{at_:%Y-%m-%dT%H:%M:%S+0000}"


async def message_by_message(db: Database, reader: Reader, target: Target, listed: Sequence[ReadConversation]) -> None:
    """The straightforward sync, made well: each message is looked up by its key and its time compared; new ones are let in."""
    fresh = []
    async with db.transaction() as conn:
        look = await conn.prepare("SELECT sent_at FROM messages WHERE workspace_id = $1 AND account_id = $2 AND mid_digest = $3")
        for conversation in listed:
            for event in read_back.of_conversation(conversation, target.line.ig_id):
                if not isinstance(event, MessageReceived | MessageEchoed):
                    continue
                known = await look.fetchval(target.workspace, target.account, ids.digest(event.mid))
                if known is None or abs(known - event.sent_at) >= timedelta(seconds=1):
                    fresh.append(conversation)
    assert len(fresh) == SYNCED // EACH // MOVED
    await reader.let_in(target, fresh, since=None)


async def a_list(conn: Conn, one: Filled, number: int) -> None:
    """The first page, or one further down."""
    after = None if number % 2 else conversation_list.Position(at=datetime.now(UTC) - timedelta(minutes=number), id=_LAST)
    wanted = conversation_list.Wanted(
        view="all", statuses=["open", "snoozed", "closed"], accounts=[one.account], assignee=None, label=None, sort="newest",
        after=after, limit=50,
    )  # fmt: skip
    page = await conversation_list.page(conn, one.viewer, wanted, datetime.now(UTC))
    assert len(page.items) == 50


async def a_thread(conn: Conn, one: Filled, number: int) -> None:
    """The open messages of one of the newest conversations, and how many are unread there."""
    newest = await conn.fetch(
        "SELECT id FROM conversations WHERE workspace_id = $1 AND account_id = $2 AND status = 'open' AND archived_at IS NULL"
        " ORDER BY last_message_at DESC, id DESC LIMIT 50",
        one.viewer.workspace_id, one.account,
    )  # fmt: skip
    chosen = ConversationId(newest[number % len(newest)]["id"])
    page = await messages.page(conn, one.viewer, chosen, before=None, limit=30, with_archived=False)
    assert len(page) == EACH
    row = await conversations.lock(conn, one.viewer.workspace_id, chosen)
    await conversations.recount_unread(conn, [row])


_LAST = ids.new(datetime(2999, 1, 1, tzinfo=UTC))


def vocabulary() -> list[str]:
    """Words, the most frequent first."""
    chance = random.Random(11)
    letters = (["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w"], ["a", "e", "i", "o", "u", "ai", "ou"])
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        found["".join(chance.choice(letters[n % 2]) for n in range(chance.randint(3, 8)))] = None
    return list(found)


async def made(doors: Doors, name: str) -> str:
    """A fresh, migrated database on the same server."""
    conn = await connect(doors.owner)
    await conn.execute(f"CREATE DATABASE bench_{name}")
    await conn.close()
    await migrate(at(doors, f"bench_{name}").owner)
    return f"bench_{name}"


def at(doors: Doors, database: str) -> Doors:
    """The same doors, into another database."""

    def moved(door: Door) -> Door:
        return Door(connect={**door.connect, "database": database}, role=door.role, take_role=door.take_role)

    return Doors(owner=moved(doors.owner), app=moved(doors.app), worker=moved(doors.worker))


async def filled(doors: Doors, count: int, *, with_words: bool, open_share: int = OPEN_SHARE) -> Filled:
    """So many messages, all but every so-many-th conversation in the archive (0: all); the open ones are the newest."""
    now, conn = datetime.now(UTC), await connect(doors.owner)
    workspace, account, agent = WorkspaceId(ids.new(now)), AccountId(ids.new(now)), AgentId(ids.new(now))
    await conn.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET statement_timeout = 0")
    await conn.execute("INSERT INTO workspaces VALUES ($1, 'Bench', $2)", workspace, now)
    await conn.execute("INSERT INTO change_counters VALUES ($1)", workspace)
    await conn.execute(
        "INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, $3, 'bench', $4)",
        workspace, account, ground.IG_ID, now,
    )  # fmt: skip
    one = Filled(
        doors=doors, account=account,
        viewer=Viewer(workspace_id=workspace, agent_id=agent, name="Dana", email="", role="owner"),
    )  # fmt: skip
    if with_words:
        await conn.execute("ALTER TABLE search_words DROP CONSTRAINT search_words_pkey")
    is_only_tenth = not with_words and open_share == OPEN_SHARE
    total = count // EACH
    for start in range(0, total, _BATCH // EACH):
        numbers = range(start, min(start + _BATCH // EACH, total))
        first_open = 0 if is_only_tenth else total if open_share == 0 else total - total // open_share
        await _copy(conn, one, numbers, total, first_open, with_words=with_words)
    if with_words:
        await conn.execute(
            "INSERT INTO search_words SELECT workspace_id, kind, w, subject_id FROM search_entries, unnest(words) w"
        )
        await conn.execute("SET maintenance_work_mem = '512MB'")
        await conn.execute("ALTER TABLE search_words ADD PRIMARY KEY (workspace_id, kind, word, subject_id)", timeout=3600)
    await conn.execute("VACUUM ANALYZE", timeout=3600)
    await conn.close()
    return one


async def _copy(conn: Conn, one: Filled, numbers: range, total: int, first_open: int, *, with_words: bool) -> None:
    known, chance, now = _CACHE or vocabulary(), random.Random(numbers.start), datetime.now(UTC)
    _CACHE[:] = known
    workspace, account = one.viewer.workspace_id, one.account
    people, talks, said, entries = [], [], [], []
    for number in numbers:
        last_at = now - timedelta(minutes=total - number)
        who = ids.new(last_at)
        is_archived = number < first_open
        people.append((workspace, who, account, f"9{number:09}", f"person{number}", last_at))
        chosen = chance.choices(known, cum_weights=_weights(), k=8 * EACH)
        for n in range(EACH):
            sent_at = last_at - timedelta(seconds=60 * (EACH - 1 - n) // EACH)
            id_, text = ids.new(sent_at), chosen[8 * n : 8 * n + 8]
            if n == 0:
                text = [*text, f"a{number}x"]
            said.append(
                (workspace, id_, account, who, f"m{number}-{n}", ids.digest(f"m{number}-{n}"), "inbound" if n % 2 else "outbound",
                 "participant", " ".join(text), sent_at, "received", is_archived)
            )  # fmt: skip
            if with_words:
                entries.append((workspace, search.MESSAGE, id_, who, sorted(set(text))))
        if with_words:
            entries.append((workspace, search.PERSON, who, who, [f"person{number}"]))
        talks.append(
            (workspace, who, account, who, "open", now, id_, last_at, "the last line", "inbound", "received", last_at,
             now if is_archived else None)
        )  # fmt: skip
    await conn.copy_records_to_table(
        "participants", records=people, columns=["workspace_id", "id", "account_id", "igsid", "username", "created_at"]
    )
    await conn.copy_records_to_table("conversations", records=talks, columns=_TALK)
    await conn.copy_records_to_table("messages", records=said, columns=archive_beside.COLUMNS)
    if entries:
        names = ["workspace_id", "kind", "subject_id", "conversation_id", "words"]
        await conn.copy_records_to_table("search_entries", records=entries, columns=names)


_TALK = [
    "workspace_id", "id", "account_id", "participant_id", "status", "read_up_to", "last_message_id", "last_message_at",
    "last_message_preview", "last_message_direction", "last_message_status", "created_at", "archived_at",
]  # fmt: skip


_CACHE: list[str] = []
_WEIGHTS: list[float] = []


def _weights() -> list[float]:
    """As often as words are used: the second half as often as the first, the third a third."""
    if not _WEIGHTS:
        _WEIGHTS.extend(itertools.accumulate(1 / (rank + 3) for rank in range(_VOCABULARY)))
    return _WEIGHTS


async def sizes(owner: Door) -> str:
    conn = await connect(owner)
    found = await conn.fetchrow(
        """SELECT pg_total_relation_size('messages') >> 20 AS messages,
        (pg_total_relation_size('search_words') + pg_total_relation_size('search_entries')) >> 20 AS words"""
    )
    await conn.close()
    return f"messages take {found['messages']} MB, the index {found['words']} MB"
