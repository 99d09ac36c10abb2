"""Comments as Instagram shows them, let in: what is new by apply, like a webhook; what changed; what is not there any more.

That a list does not have a comment proves nothing (rule K16), so what is missing from it is looked at by itself before anything
is said. One indexed query says what is known and open. Rules CM3-CM5.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from confab.clock import Clock
from confab.errors import Throttled
from confab.graph import limits
from confab.graph.client import GraphClient
from confab.graph.comments import ReadComment
from confab.graph.limits import Usage
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.comments import act, forgetting
from confab.inbox.line import Line, LineOf
from confab.model.comments import CommentMedia
from confab.model.events import CommentReceived
from confab.model.inbox import Igsid, WorkspaceId
from confab.store import comments, events, wake
from confab.store.comments import CommentRow, Known
from confab.store.db import Conn, Database
from confab.store.wake import Wake
from confab.work.pace import Pace, Pool, Waiting, sleep_until

Result = TypeVar("Result")

READS = Pool(name=limits.COMMENT_READS, each=limits.EACH_COMMENT_READ, saved=limits.SAVED_COMMENT_READS)
_CONFIRMED_WITHIN = timedelta(minutes=10)

Window = tuple[datetime, datetime]
"""From the first moment on, and before the second."""
BEGINNING, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
NOTHING: Window = (BEGINNING, BEGINNING)


@dataclass(slots=True, kw_only=True)
class Target:
    """An account that is read, and how often Meta was asked."""

    workspace: WorkspaceId
    account: UUID
    line: Line
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How much of what was read is new, and how much became different. `missing`: known and open here, and not shown."""

    new: int
    changed: int
    missing: int


class Reader:
    """Reads at Instagram in the account's line of calls."""

    def __init__(self, db: Database, graph: GraphClient, clock: Clock, waker: Wake, line_of: LineOf, pace: Pace) -> None:
        self.db = db
        self.graph = graph
        self.clock = clock
        self._wake = waker
        self._line_of = line_of
        self._pace = pace

    async def target(self, workspace: WorkspaceId, account: UUID) -> Target | None:
        """The account with its token; None while it has none."""
        async with self.db.transaction() as conn:
            line = await self._line_of(conn, workspace, account)
        return Target(workspace=workspace, account=account, line=line) if line is not None else None

    async def ask(self, target: Target, call: Callable[[], Awaitable[Result]]) -> Result:
        """A call in its turn. Raises Waiting where Meta asks to wait, and GraphError."""
        await self._pace.turn(target.workspace, target.account, READS)
        target.calls += 1
        try:
            return await call()
        except Throttled as error:
            until = await self._pace.block(target.workspace, target.account, READS, error.patience())
            raise Waiting(until, error.detail) from None

    async def ask_patiently(
        self, target: Target, call: Callable[[], Awaitable[Result]], on_wait: Callable[[datetime | None], Awaitable[None]]
    ) -> Result:
        """The same, after waiting for as long as Meta asks for."""
        while True:
            try:
                return await self.ask(target, call)
            except Waiting as waiting:
                await on_wait(waiting.until)
                await sleep_until(self.clock, waiting.until)
                await on_wait(None)

    async def learn(self, target: Target, usage: Usage | None) -> None:
        """What Meta says of the allowance."""
        if usage is not None:
            await self._pace.learn(target.workspace, target.account, READS, usage.percent)

    async def let_in(self, target: Target, media_ig_id: str, read: Sequence[ReadComment], window: Window = NOTHING) -> Found:
        """What a page shows of a post, in one transaction. `window`: of which time it shows all top-level comments."""
        now, whole = self.clock.now(), flat(read)
        async with self.db.transaction() as conn:
            await events.lock_accounts(conn, [target.account])
            known = await comments.open_and_known(
                conn, target.workspace, target.account, media_ig_id, read=[one.ig_id for one in whole], since=window[0],
                until=window[1],
            )  # fmt: skip
            by_key = {one.comment_key: one for one in known}
            different = [one for one in whole if one.ig_id in by_key and _differs(one, by_key[one.ig_id])]
            shown = {one.ig_id for one in whole}
            missing = [one for one in known if one.comment_key not in shown and not one.is_archived]
            await comments.look(conn, [(target.workspace, one.id) for one in missing], now, now - _CONFIRMED_WITHIN)
            changed = await self._change(conn, target, different, now)
            new = [one for one in whole if one.ig_id not in by_key]
            names = await self._add(conn, target, media_ig_id, new, now)
            await act.published(conn, target.workspace, [one.id for one in changed], now)
        if changed or new or missing:
            self._wake.say(wake.changed(target.workspace), wake.work("posts"), wake.work("comment_looks"), *names)
        return Found(new=len(new), changed=len(changed), missing=len(missing))

    async def _add(self, conn: Conn, target: Target, media_ig_id: str, new: Sequence[ReadComment], now: datetime) -> set[str]:
        if not new:
            return set()
        source = Source(workspace_id=target.workspace, account_id=target.account, delivery_id=None)
        found = [(source, event_of(one, media_ig_id, target.line.ig_id, now)) for one in new]
        return await apply(conn, Batch(events=found, our_app_ids=frozenset()), now)

    async def _change(self, conn: Conn, target: Target, different: Sequence[ReadComment], now: datetime) -> list[CommentRow]:
        if not different:
            return []
        read_by_key = {one.ig_id: one for one in different}
        rows = await comments.lock_keys(conn, target.workspace, target.account, list(read_by_key))
        for row in rows:
            renew(row, read_by_key[row.comment_key], now)
            await comments.write(conn, row)
        return rows


def renew(row: CommentRow, read: ReadComment, now: datetime) -> None:
    """The comment as Instagram shows it now. What is on its way from here counts until Instagram has answered. Rule CM3."""
    if row.text != read.text and row.pending != "delete":
        row.edited_at = now if row.text is not None else row.edited_at
        row.text = read.text
    if row.pending not in ("hide", "unhide"):
        row.hidden = read.hidden
    row.author_username = read.username or row.author_username
    if row.pending != "delete":
        row.deleted_at = None
    row.created_at = read.written_at or row.created_at


async def is_gone(conn: Conn, row: CommentRow, now: datetime) -> None:
    """It was deleted: who and when stay, its words go. Rule CM4."""
    row.deleted_at, row.pending = row.deleted_at or now, None
    await forgetting.forget(conn, row, now)
    await comments.write(conn, row)


def flat(read: Sequence[ReadComment]) -> list[ReadComment]:
    """Comments and what hangs on them, one after the other, each once."""
    found: dict[str, ReadComment] = {}
    for one in read:
        found.setdefault(one.ig_id, one)
        for reply in one.replies:
            found.setdefault(reply.ig_id, _under(reply, one.ig_id))
    return list(found.values())


def event_of(read: ReadComment, media_ig_id: str, account: str, now: datetime) -> CommentReceived:
    """What a webhook would have told of it, with the time that a webhook lacks (rule K9)."""
    return CommentReceived(
        type="comment_received", comment_key=read.ig_id, ig_id=read.ig_id, kind="comment",
        media=CommentMedia(
            ig_id=media_ig_id, permalink=None, product_type=None, ad_id=None, ad_title=None, original_media_id=None
        ),
        parent_ig_id=read.parent_ig_id, author_ig_id=Igsid(read.author_ig_id) if read.author_ig_id else None,
        author_username=read.username, text=read.text, is_own=read.author_ig_id == account, at=read.written_at or now,
    )  # fmt: skip


def _under(reply: ReadComment, parent: str) -> ReadComment:
    return ReadComment(
        ig_id=reply.ig_id, text=reply.text, written_at=reply.written_at, author_ig_id=reply.author_ig_id,
        username=reply.username, hidden=reply.hidden, parent_ig_id=reply.parent_ig_id or parent,
    )  # fmt: skip


def _differs(read: ReadComment, known: Known) -> bool:
    return not known.is_pending and (read.text != known.text or read.hidden != known.hidden or known.is_deleted)
