"""The worker process: which kinds of due rows there are, who handles each, and what runs behind them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

import structlog

from confab import running
from confab.accounts.development import Development
from confab.accounts.errands import Errands
from confab.accounts.mending import Lines
from confab.accounts.oauth import Entrances, Logins
from confab.accounts.refresh import Refreshes
from confab.accounts.renewal import Renewal
from confab.accounts.vault import Vault, opened_by
from confab.archive.export import Exports
from confab.clock import Clock
from confab.doctor.alarm import Alarm
from confab.doctor.checkups import Checkups
from confab.doctor.look import Eyes, Means
from confab.errors import Throttled
from confab.graph.client import GraphClient
from confab.graph.login import LoginClient
from confab.inbox import archiving, retention
from confab.inbox import upkeep as inbox_upkeep
from confab.inbox.answer import Begin
from confab.inbox.archiving import Archivist
from confab.inbox.backfill import Backfill
from confab.inbox.calling import Calls as RuleCalls
from confab.inbox.comments.calls import Calls
from confab.inbox.comments.looks import Looks
from confab.inbox.comments.posts import Posts
from confab.inbox.comments.reading import Reader as CommentReader
from confab.inbox.comments.sync import Syncs as CommentSyncs
from confab.inbox.deeds import Means as RuleMeans
from confab.inbox.earlier import EarlierMessages
from confab.inbox.erase import Eraser
from confab.inbox.hints import Hints
from confab.inbox.ingest import Ingest
from confab.inbox.line import Line
from confab.inbox.normalise.read_back import file_link
from confab.inbox.react import Reactions
from confab.inbox.reading import CONVERSATIONS, Reader
from confab.inbox.retention import Retention
from confab.inbox.send import Sender
from confab.inbox.unsent import note, send_or_note
from confab.inbox.upkeep import Upkeep
from confab.inbox.watch import Watches
from confab.insights.own_counting import Counting
from confab.insights.readings import Readings
from confab.insights.watch import Watch
from confab.mail.post import Postman
from confab.media import guard, handing
from confab.media.ages import Ages
from confab.media.avatar import Avatars
from confab.media.download import Downloads
from confab.media.fetch import Fetches
from confab.media.keep import Keeper
from confab.media.policy import Policy
from confab.media.post_picture import PostPictures
from confab.media.posts import Posts as HookPosts
from confab.media.remove import Removals
from confab.media.storage import Storage
from confab.media.studio import Studio
from confab.media.turns import Turns
from confab.members.collect import Collector
from confab.members.hook import Hook
from confab.members.offer import Offers, Revealing
from confab.members.tokens import Mint
from confab.members.ways import why_off
from confab.members.welcome import Welcomes
from confab.members.wording import Wording
from confab.model.inbox import AccountId, WorkspaceId
from confab.model.outgoing import FileKind
from confab.profiles import nightly
from confab.profiles.fetch import Profiles
from confab.profiles.nightly import Nightly
from confab.profiles.sync import Sync
from confab.search.indexing import Bell, Indexing
from confab.settings import Settings
from confab.store import claims, presence, runs, schedules
from confab.store.claims import Due
from confab.store.db import GONE, Conn, Database, Door, Doors, connect
from confab.store.media import AVATAR, POST, Wanted
from confab.store.wake import Wake
from confab.work.loop import Each, Together, Worker
from confab.work.pace import Pace, Waiting
from confab.work.seats import Seats

_POOL = 20
_SHORTEST = timedelta(seconds=10)  # how long a message waits at most when its worker is killed
_SHORT = timedelta(seconds=30)
_LONG = timedelta(minutes=2)
_DOWNLOADS = 16
_AVATARS = 4
_OF_AN_ACCOUNT = 4  # at once, so that a large account, or one whose files hang, leaves room for the others
_OF_A_HOST = 8
_AUTOMATED = 32
_RUNS = 64  # mostly they wait for Meta
_COMPARED = 10_000  # conversations at once: where more moved, an import is the better way

log = structlog.get_logger()

SCHEDULES = [*inbox_upkeep.NAMES, nightly.NAME, archiving.NAME, retention.NAME]
"""The names of all that comes back by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What work needs of the world: Meta's API, Meta's media, our storage, and the keys of our accounts."""

    graph: GraphClient
    logins: LoginClient
    downloads: Downloads
    storage: Storage
    studio: Studio
    posts: HookPosts
    vault: Vault


@asynccontextmanager
async def outside(settings: Settings) -> AsyncGenerator[Outside]:
    """Connections for as long as the block lasts."""
    storage = Storage.at(settings.media_url, settings.data_dir)
    allow = guard.allowed(settings.media_allow)
    async with (
        GraphClient.open(settings.graph_url, settings.graph_facebook_url, timeout_s=settings.send_timeout_s) as graph,
        LoginClient.open(Entrances.of(settings).hosts, timeout_s=settings.send_timeout_s) as logins,
        Downloads.open(allow, max_bytes=settings.media_max_bytes, connections=_DOWNLOADS + _AVATARS) as downloads,
        aclosing(Studio()) as studio,
        HookPosts.open(guard.allowed(settings.rules_allow)) as posts,
    ):
        yield Outside(
            graph=graph, logins=logins, downloads=downloads, storage=storage, studio=studio, posts=posts,
            vault=opened_by(settings),
        )  # fmt: skip


async def run(settings: Settings, doors: Doors) -> None:
    """Do due work until told to stop, and be seen doing it."""
    stopping = asyncio.Event()
    running.on_signals(stopping.set)
    clock = Clock()
    async with (
        Database.open(doors.worker, size=_POOL) as db,
        outside(settings) as world,
        asyncio.TaskGroup() as tasks,
    ):
        async with db.transaction() as conn:
            await schedules.ensure(conn, SCHEDULES, clock.now())
        wake = Wake(doors.worker)
        kinds = works(settings, db, clock, wake, world)
        bell = Bell(db, clock, wake)
        always = (wake.run(), Worker(db, clock, wake, kinds).run(), bell.run(), _be_present(doors.worker))
        behind = [*(tasks.create_task(one) for one in always), *running.following(settings, clock, tasks)]
        await stopping.wait()
        for task in behind:
            task.cancel()


async def _be_present(door: Door) -> None:
    """Hold the worker's lock on a connection of its own; anew after the connection was lost."""
    while True:
        try:
            conn = await connect(door)
            try:
                lost = asyncio.Event()
                conn.add_termination_listener(lambda _conn, lost=lost: lost.set())
                await presence.announce(conn, "worker")
                await lost.wait()
            finally:
                with suppress(*GONE):  # whoever cancelled us is heard, however slow it is to leave
                    await conn.close(timeout=1)
        except GONE as error:
            log.warning("worker_not_seen", error=type(error).__name__)
            await asyncio.sleep(1)


def works(settings: Settings, db: Database, clock: Clock, waker: Wake, world: Outside) -> list[Each | Together]:
    """Every kind of work and its handler."""
    renewal = Renewal(db, world.graph, world.logins, world.vault, clock, Entrances.of(settings))
    refreshes = Refreshes(db, world.graph, world.vault, clock, waker, renewal)
    lines = Lines(db, world.graph, world.vault, clock, waker, renewal, refreshes)
    shared = _Shared(
        settings=settings, db=db, clock=clock, waker=waker, world=world, pace=Pace(db, clock), refreshes=refreshes, lines=lines
    )  # fmt: skip
    rooms = (
        _corridor, _sending, _comments, _accounts, _members, _profiles, _media, _history, _numbers, _search, _archive
    )  # fmt: skip
    return [work for room in rooms for work in room(shared)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What most handlers need."""

    settings: Settings
    db: Database
    clock: Clock
    waker: Wake
    world: Outside
    pace: Pace
    refreshes: Refreshes
    lines: Lines

    @property
    def policy(self) -> Policy:
        return Policy(default=self.settings.media_mode, keep_days=dict(self.settings.media_keep_days))

    async def line_of(self, conn: Conn, workspace: WorkspaceId, account: UUID) -> Line | None:
        return _line(await self.lines.of(conn, workspace, AccountId(account)))

    async def recent_line_of(self, conn: Conn, workspace: WorkspaceId, account: UUID) -> Line | None:
        return _line(await self.lines.recent(conn, workspace, AccountId(account)))

    async def token_of(self, conn: Conn, workspace: WorkspaceId, account: UUID) -> str | None:
        line = await self.line_of(conn, workspace, account)
        return line.token if line is not None else None

    async def fresh_link(self, workspace: WorkspaceId, wanted: Wanted, position: int) -> str | None:
        async with self.db.transaction() as conn:
            token = await self.token_of(conn, workspace, wanted.account_id)
        if token is None or wanted.mid is None:
            return None
        try:
            await self.pace.turn(workspace, wanted.account_id, CONVERSATIONS)
        except Waiting as waiting:
            throttled = Throttled(waiting.reason)
            throttled.retry_after = waiting.until - self.clock.now()
            raise throttled from None
        try:
            message = await self.world.graph.message(token=token, mid=wanted.mid)
        except Throttled as error:
            await self.pace.block(workspace, wanted.account_id, CONVERSATIONS, error.patience())
            raise
        return file_link(message, wanted.kind, position)

    def in_trouble(self) -> list[Sequence[str]]:
        return [[], self.world.downloads.paused()]


def _corridor(shared: _Shared) -> list[Each | Together]:
    """What comes in, and what comes back by itself."""
    settings, db, clock, waker = shared.settings, shared.db, shared.clock, shared.waker
    ingest = Ingest(db, clock, waker, settings.our_app_ids)
    hints = Hints(db, shared.world.graph, clock, waker, shared.line_of)
    turns, ages = Turns(db, clock, waker, shared.policy), Ages(db, clock, waker, shared.policy)
    ours = Development(settings, db, shared.world.graph, shared.world.vault, clock, waker)
    besides = {"media_ages": ages.end, "media_modes": turns.look, "development": ours.look}
    upkeep = Upkeep(
        db, clock, waker, ledger_days=settings.ledger_days, unclaimed_days=settings.unclaimed_days,
        rules_days=settings.rules_days, besides=besides,
    )  # fmt: skip
    nights = {
        nightly.NAME: Nightly(db, clock).run,
        archiving.NAME: Archivist(db, clock, waker, days=settings.archive_days or None).nightly,
        retention.NAME: Retention(db, clock, waker, days=dict(settings.retention_days)).nightly,
    }

    async def scheduled(due: Due) -> None:
        await nights.get(str(due.key[0]), upkeep.scheduled)(due)

    return [
        Together(kind=claims.DELIVERIES, run=ingest.deliveries, most=500, lease=_SHORTEST),
        Each(kind=claims.PARTS, run=ingest.part, at_once=4, lease=_SHORT, keeps_row=True, give_up=ingest.give_up),
        Each(kind=claims.HINTS, run=hints.run, at_once=4, lease=_LONG, keeps_row=True),
        Each(kind=claims.ERASURES, run=Eraser(db).run, at_once=2, lease=_SHORT),
        Each(kind=claims.SNOOZES, run=upkeep.wake_up, at_once=4, lease=_SHORT, max_attempts=None),
        Each(kind=claims.SCHEDULES, run=scheduled, at_once=4, lease=_LONG, keeps_row=True, max_attempts=None),
        Each(kind=claims.TURNS, run=turns.run, at_once=1, lease=_SHORT, keeps_row=True),
    ]


def _sending(shared: _Shared) -> list[Each | Together]:
    """What goes out: a line for people, one for schedules, one for what is automatic; and rules, whose answers need no line."""
    public_url, world = shared.settings.public_url, shared.world
    links = handing.Links(public_url=public_url, keys=world.vault.current) if public_url else None
    hands = handing.Handing(shared.db, world.graph, world.storage, shared.clock, links)

    async def hand_over(
        workspace: WorkspaceId, account: UUID, line: Line, kind: str, files: Sequence[dict[str, Any]]
    ) -> list[dict[str, str]]:
        who = handing.Account(workspace_id=workspace, account_id=account, ig_id=line.ig_id, token=line.token)
        return [_place(one) for one in await hands.hand_over(who, [_file(kind, file) for file in files])]

    lease, reveal = timedelta(seconds=shared.settings.send_timeout_s + 15), Revealing(mint=Mint(keys=world.vault.current))
    sender = Sender(
        shared.db, world.graph, shared.clock, shared.waker, shared.recent_line_of, hand_over, lease=lease, reveal=reveal
    )
    seats = Seats(most=_AUTOMATED)
    lanes = ((claims.OUTBOUND, 64, None), (claims.OUTBOUND_SCHEDULED, 16, None), (claims.OUTBOUND_AUTOMATED, _AUTOMATED, seats))
    sending = [
        Each(kind=kind, run=sender.run, at_once=at_once, lease=lease, keeps_row=True, give_up=sender.give_up, seats=its)
        for kind, at_once, its in lanes
    ]
    return [*sending, *_rules(shared, partial(sender.begin, seats))]


def _rules(shared: _Shared, begin: Begin) -> list[Each | Together]:
    """What happens by itself."""
    settings, vault = shared.settings, shared.world.vault
    has_mail = settings.smtp_url is not None and settings.mail_from is not None
    means = RuleMeans(seal=vault.seal if has_mail else None, begin=begin)
    reactions = Reactions(shared.db, shared.clock, shared.waker, means)
    calls = RuleCalls(shared.db, shared.clock, vault.current, shared.world.posts.post)
    return [
        Each(kind=claims.RULE_EVENTS, run=reactions.run, at_once=12, lease=_SHORT, keeps_row=True),
        Each(kind=claims.RULE_CALLS, run=calls.run, at_once=8, lease=_SHORT),
    ]


def _line(found: tuple[str, str] | None) -> Line | None:
    return Line(ig_id=found[0], token=found[1]) if found is not None else None


def _file(kind: str, given: dict[str, Any]) -> handing.File:
    """A file as the payload of a call names it."""
    return handing.File(
        digest=bytes.fromhex(given["digest"]), kind=cast(FileKind, kind),  # the gate lets no other kind through with files
        content_type=given["content_type"], name=given["name"], size_bytes=given["size_bytes"],
    )  # fmt: skip


def _place(handed: handing.Handed) -> dict[str, str]:
    return {"url": handed.url} if isinstance(handed, handing.Linked) else {"attachment_id": handed.attachment_id}


def _comments(shared: _Shared) -> list[Each | Together]:
    """What stands under posts: what people do with it, and what is read of it."""
    lease, reader = timedelta(seconds=shared.settings.send_timeout_s + 15), _comment_reader(shared)
    calls = Calls(shared.db, shared.world.graph, shared.clock, shared.waker, shared.line_of, lease=lease)
    posts, looks, syncs = Posts(reader, shared.waker), Looks(reader, shared.waker), CommentSyncs(reader, shared.waker)
    return [
        Each(kind=claims.COMMENT_CALLS, run=calls.run, at_once=16, lease=lease, keeps_row=True, give_up=calls.give_up),
        Each(kind=claims.POSTS, run=posts.run, at_once=8, lease=_LONG, keeps_row=True),
        Each(kind=claims.COMMENT_LOOKS, run=looks.run, at_once=8, lease=_LONG, keeps_row=True),
        Each(kind=claims.COMMENT_WATCHES, run=syncs.watch, at_once=8, lease=_LONG, keeps_row=True, max_attempts=None),
    ]


def _comment_reader(shared: _Shared) -> CommentReader:
    return CommentReader(shared.db, shared.world.graph, shared.clock, shared.waker, shared.line_of, shared.pace)


def _accounts(shared: _Shared) -> list[Each | Together]:
    """Our link to Instagram, and whoever looks whether it holds."""
    world, entrances = shared.world, Entrances.of(shared.settings)
    logins = Logins(shared.db, world.logins, world.graph, world.vault, shared.clock, shared.waker, entrances)
    errands = Errands(shared.db, world.graph, world.vault, shared.clock, shared.waker, logins)
    eyes = doctors_eyes(shared.settings, shared.db, shared.clock, shared.world)
    settings = shared.settings
    alarm = Alarm(seal=world.vault.seal, brand=settings.brand_name, origin=settings.origin) if settings.smtp_url else None
    visits = Checkups(shared.db, eyes, shared.clock, shared.waker, alarm)
    return [
        Each(kind=claims.TOKENS, run=shared.refreshes.run, at_once=8, lease=_LONG, keeps_row=True, max_attempts=None),
        Each(
            kind=claims.ERRANDS, run=errands.run, at_once=8, lease=_LONG, keeps_row=True, max_attempts=5,
            give_up=errands.give_up,
        ),
        Each(kind=claims.META_REQUESTS, run=errands.requested, at_once=2, lease=_LONG, keeps_row=True),
        Each(kind=claims.CHECKUPS, run=visits.run, at_once=2, lease=_LONG, keeps_row=True, max_attempts=None),
    ]  # fmt: skip


def doctors_eyes(settings: Settings, db: Database, clock: Clock, world: Outside) -> Eyes:
    """What the doctor looks with, here and on the command line."""
    means = Means(graph=world.graph, keys=world.vault, try_storage=world.storage.prove, connecting_off=why_off(settings))
    return Eyes(settings, db, clock, means)


def _members(shared: _Shared) -> list[Each | Together]:
    """Customers who connect: what they are told by itself."""
    offers = Offers(send=send_or_note, wording=Wording.of(shared.settings))
    welcoming = Welcomes(
        db=shared.db, clock=shared.clock, wake=shared.waker, send=send_or_note, note=note, offers=offers,
        mint=Mint(keys=shared.world.vault.current), is_on=why_off(shared.settings) is None,
    )  # fmt: skip
    settings, db, clock, waker = shared.settings, shared.db, shared.clock, shared.waker
    postman = Postman(db, clock, shared.world.vault.open, smtp_url=settings.smtp_url, sender=settings.mail_from)
    collector = Collector(db, clock, waker, is_hooked=settings.library_hook_url is not None)
    hook = Hook(db, clock, url=settings.library_hook_url, key=settings.library_hook_key)
    return [
        Each(kind=claims.WELCOMES, run=welcoming.run, at_once=8, lease=_SHORT, keeps_row=True),
        Each(kind=claims.MAILS, run=postman.run, at_once=4, lease=_SHORT, keeps_row=True, give_up=postman.give_up),
        Each(kind=claims.LIBRARY, run=collector.run, at_once=4, lease=_SHORT),
        Each(kind=claims.LIBRARY_EVENTS, run=hook.run, at_once=4, lease=_SHORT, max_attempts=12),
    ]


def _profiles(shared: _Shared) -> list[Each | Together]:
    """Who participants are."""
    profiles = Profiles(shared.db, shared.world.graph, shared.clock, shared.waker, shared.token_of)
    return [
        Each(kind=claims.PROFILES, run=profiles.run, at_once=32, lease=_LONG, keeps_row=True, give_up=profiles.give_up),
        Each(
            kind=claims.REFRESHES, run=profiles.refresh, at_once=1, lease=_LONG, keeps_row=True, max_attempts=3,
            give_up=profiles.let_be,
        ),
    ]  # fmt: skip


def _media(shared: _Shared) -> list[Each | Together]:
    """Files that are copied, and those that are removed."""
    db, clock, waker, world = shared.db, shared.clock, shared.waker, shared.world
    keeper = Keeper(db, world.storage, world.studio, clock)
    fetches = Fetches(db, keeper, world.downloads, clock, waker, shared.fresh_link, shared.policy)
    avatars = Avatars(db, keeper, world.downloads, clock, waker, shared.policy)
    pictures = {
        AVATAR: avatars,
        POST: PostPictures(db, keeper, world.downloads, clock, waker, shared.policy),
    }

    async def picture(due: Due) -> None:
        await pictures[int(str(due.key[2]))].run(due)

    async def no_picture(due: Due, reason: str) -> None:
        await pictures[int(str(due.key[2]))].give_up(due, reason)

    return [
        Each(
            kind=claims.MEDIA, run=fetches.run, at_once=_DOWNLOADS, at_once_of=(_OF_AN_ACCOUNT, _OF_A_HOST),
            closed=shared.in_trouble, lease=_LONG, keeps_row=True, max_attempts=3, give_up=fetches.give_up,
        ),
        Each(
            kind=claims.AVATARS, run=picture, at_once=_AVATARS, at_once_of=(_AVATARS, _AVATARS), closed=shared.in_trouble,
            lease=_LONG, keeps_row=True, max_attempts=3, give_up=no_picture,
        ),
        Each(kind=claims.REMOVALS, run=Removals(db, world.storage, clock).run, at_once=2, lease=_SHORT),
    ]  # fmt: skip


def _history(shared: _Shared) -> list[Each | Together]:
    """What is read at Instagram afterwards."""
    db, clock, waker = shared.db, shared.clock, shared.waker
    reader = Reader(db, shared.world.graph, clock, waker, shared.line_of, shared.pace)
    backfill, earlier, syncing = (
        Backfill(db, reader, clock, waker),
        EarlierMessages(db, reader, clock, waker),
        Sync(db, clock, waker),
    )
    watches = Watches(db, reader, clock, waker, most=_COMPARED)

    numbers = (db, shared.world.graph, clock, waker, shared.line_of, shared.pace)
    readings, looking = Readings(*numbers), Watch(*numbers)
    comments = CommentSyncs(_comment_reader(shared), waker)

    async def what_of(due: Due) -> str:
        async with db.transaction() as conn:
            return await runs.what_of(conn, WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])))

    async def run(due: Due) -> None:
        handlers = {"messages": backfill.run, "profiles": syncing.run, "insights": readings.run, "comments": comments.run}
        await handlers[await what_of(due)](due)

    async def give_up(due: Due, reason: str) -> None:
        whose = {"insights": readings, "comments": comments}
        await whose.get(await what_of(due), backfill).give_up(due, reason)

    return [
        Each(kind=claims.EARLIER, run=earlier.run, at_once=8, lease=_SHORT, keeps_row=True, give_up=earlier.give_up),
        Each(kind=claims.RUNS, run=run, at_once=_RUNS, lease=_SHORT, keeps_row=True, max_attempts=20, give_up=give_up),
        Each(kind=claims.INSIGHTS, run=looking.run, at_once=8, lease=_LONG, keeps_row=True, max_attempts=None),
        Each(kind=claims.WATCHES, run=watches.run, at_once=8, lease=_LONG, keeps_row=True, max_attempts=None),
    ]  # fmt: skip


def _numbers(shared: _Shared) -> list[Each | Together]:
    """What is counted so that it can be read at once."""
    counting = Counting(shared.db, shared.clock)
    return [Each(kind=claims.NUMBERS, run=counting.run, at_once=2, lease=_LONG, keeps_row=True, max_attempts=None)]


def _search(shared: _Shared) -> list[Each | Together]:
    """What can be found."""
    indexing = Indexing(shared.db, shared.clock, shared.waker)
    return [Each(kind=claims.SEARCHING, run=indexing.run, at_once=2, lease=_LONG, keeps_row=True, max_attempts=None)]


def _archive(shared: _Shared) -> list[Each | Together]:
    """What is taken out."""
    making = Exports(shared.db, shared.world.storage, shared.clock)
    return [
        Each(kind=claims.EXPORTS, run=making.run, at_once=1, lease=_LONG, keeps_row=True, max_attempts=5, give_up=making.give_up)
    ]
