"""Bring a library in line with a message: what it shares is in, what it no longer shares is out. Rules LB1-LB4."""

from datetime import datetime
from uuid import UUID

from confab.clock import Clock
from confab.members import shares, shelf
from confab.members.shelf import Effect
from confab.model.inbox import WorkspaceId
from confab.model.library import ItemId, MemberId, Share
from confab.store import conversations, ids, library, messages, wake
from confab.store import members as store
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.library import Origin, Source
from confab.store.rows import MessageRow
from confab.store.wake import Wake


class Collector:
    """Handles claimed messages."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, *, is_hooked: bool) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._is_hooked = is_hooked

    async def run(self, due: Due) -> None:
        """Look at the message as it is now. A second time finds everything in line."""
        workspace, message = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            await in_line(conn, workspace, message, self._clock.now(), is_hooked=self._is_hooked)
        self._wake.say(wake.changed(workspace), wake.work("library_events"))


async def in_line(conn: Conn, workspace: WorkspaceId, message: UUID, now: datetime, *, is_hooked: bool) -> None:
    """Under the lock of the message's conversation, then of its members. Publishes last."""
    place = await library.owner_of(conn, workspace, message)
    if place is None:
        return  # a message's row only ever goes with its workspace
    await conversations.lock(conn, workspace, place[0])
    (row,) = await messages.rows_by_ids(conn, [(workspace, message)])
    place = await library.owner_of(conn, workspace, message) or place
    member = place[1]
    known = await library.sources_of(conn, workspace, message)
    await library.lock_members(conn, workspace, [one.member_id for one in known] + ([member] if member else []))
    known = await library.sources_of(conn, workspace, message)
    wanted: dict[UUID, Share] = {ids.digest(share.key): share for share in shares.of_message(row)}
    if row.deleted_at is not None:
        await library.forget_refusals(conn, workspace, message)
    lost = [one.item_id for one in known if one.key not in wanted]
    removed = await library.withdraw(conn, workspace, message, lost) if lost else set[ItemId]()
    added = await _add(conn, member, row, wanted, known, now) if member else {}
    if lost or added:
        kept = await library.shown(conn, workspace, [*(set(lost) - removed), *added])
        still_here = {one.item.id for one in kept if one.conversation_id == place[0]}
        owner_ids = {one.item_id: one.member_id for one in known} | ({} if member is None else dict.fromkeys(added, member))
        people = await store.by_ids(conn, workspace, list(set(owner_ids.values())))
        effect = Effect(
            kept=kept, new=[item for item, is_new in added.items() if is_new],
            gone={item: [place[0]] for item in lost if item not in still_here}, removed=removed,
            owners={item: people[owner] for item, owner in owner_ids.items()},
        )  # fmt: skip
        await shelf.tell(conn, workspace, effect, now, is_hooked=is_hooked)


async def _add(
    conn: Conn, member: MemberId, row: MessageRow, wanted: dict[UUID, Share], known: list[Source], now: datetime
) -> dict[ItemId, bool]:
    workspace = WorkspaceId(row.workspace_id)
    has = {one.key for one in known if one.member_id == member}
    left_out = has | await library.refused(conn, workspace, row.id)
    new = [share for key, share in wanted.items() if key not in left_out]
    if not new:
        return {}
    origin = Origin(conversation_id=row.conversation_id, message_id=row.id, sent_at=row.sent_at)
    return await library.add(conn, workspace, member, origin, new, ids.several(now, len(new)))
