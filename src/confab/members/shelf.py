"""What happens to items of a library: told to the team's browsers, and to a company's own program. Rules LB3-LB7."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from confab.errors import Invalid, NotFound
from confab.model.changes import Change, LibraryItemRemoved, LibraryItemUpdated
from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.library import EventType, ItemId, ItemInConversation, LibraryItem, Member
from confab.store import changes, ids, library
from confab.store import members as store
from confab.store.db import Conn

_LONGEST_NOTE = 2000
_MOST_TAGS = 20
_LONGEST_TAG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What became of items: `kept` as they are now, with those that are `new` among them; `gone` ones with the conversations
    that no longer show them. `owners`: whose they are, for the company's program.
    """

    kept: Sequence[ItemInConversation]
    new: Collection[UUID]
    gone: Mapping[ItemId, Sequence[ConversationId]]
    removed: Collection[UUID]
    owners: Mapping[UUID, Member]


async def tell(conn: Conn, workspace: WorkspaceId, effect: Effect, now: datetime, *, is_hooked: bool) -> None:
    """Publish it, and have the company's program told where there is one. The last statements of their transaction."""
    if is_hooked:
        await library.tell(conn, workspace, _events(effect, now), now)
    if effect.removed:
        await changes.supersede(conn, [(workspace, item) for item in effect.removed])
    news: list[Change] = [
        LibraryItemUpdated(type="library_item_updated", conversation_id=one.conversation_id, item=one.item) for one in effect.kept
    ]
    news += [
        LibraryItemRemoved(type="library_item_removed", conversation_id=conversation, item_id=item)
        for item, conversations in effect.gone.items()
        for conversation in conversations
    ]
    changes.publish(conn, workspace, news, now)


async def remove(conn: Conn, member: Member, items: Sequence[UUID] | None, now: datetime, *, is_hooked: bool) -> int:
    """Take items out of a member's library, None: all; how many. Publishes last."""
    await library.lock_members(conn, member.workspace_id, [member.id])
    gone = await library.remove(conn, member, items)
    effect = Effect(kept=[], new=(), gone=gone, removed=gone, owners=dict[UUID, Member].fromkeys(gone, member))
    await tell(conn, member.workspace_id, effect, now, is_hooked=is_hooked)
    return len(gone)


async def annotate(
    conn: Conn, member: Member, item: ItemId, *, note: str, tags: Sequence[str], now: datetime, is_hooked: bool
) -> LibraryItem:
    """Write a member's note and tags at an item. Raises NotFound, Invalid. Publishes last."""
    note, tags = checked_note(note), checked_tags(tags)
    await library.lock_members(conn, member.workspace_id, [member.id])
    if not await library.annotate(conn, member, item, note=note, tags=tags):
        raise NotFound("There is no such item in your library.")
    found = await library.one(conn, member, item)
    assert found is not None  # noqa: S101 -- it was just written
    shown = await library.shown(conn, member.workspace_id, [item])
    effect = Effect(kept=shown, new=(), gone={}, removed=(), owners={item: member})
    await tell(conn, member.workspace_id, effect, now, is_hooked=is_hooked)
    return found


async def forget(conn: Conn, member: Member, now: datetime, *, is_hooked: bool) -> None:
    """The member and all that is theirs is gone; their messages are the conversation's and stay. Publishes last."""
    await library.lock_members(conn, member.workspace_id, [member.id])
    gone = await library.remove(conn, member, None)
    await store.forget(conn, member)
    effect = Effect(kept=[], new=(), gone=gone, removed=gone, owners=dict[UUID, Member].fromkeys(gone, member))
    await tell(conn, member.workspace_id, effect, now, is_hooked=is_hooked)


def checked_note(note: str) -> str:
    """A note as it is kept. Raises Invalid."""
    if len(note := note.strip()) > _LONGEST_NOTE:
        raise Invalid(f"A note has at most {_LONGEST_NOTE} characters.", field="note")
    return note


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: trimmed, each once whatever its case, in the given order. Raises Invalid."""
    found: dict[str, str] = {}
    for tag in (" ".join(one.split()) for one in tags):
        if len(tag) > _LONGEST_TAG or not tag.isprintable():
            raise Invalid(f"A tag has at most {_LONGEST_TAG} characters, on one line.", field="tags")
        if tag:
            found.setdefault(tag.casefold(), tag)
    if len(found) > _MOST_TAGS:
        raise Invalid(f"An item has at most {_MOST_TAGS} tags.", field="tags")
    return list(found.values())


def _events(effect: Effect, now: datetime) -> dict[UUID, tuple[UUID, EventType, dict[str, Any]]]:  # bodies are JSON
    items = {one.item.id: one.item for one in effect.kept}
    told: dict[UUID, tuple[UUID, EventType, dict[str, Any]]] = {}
    for id_, item in items.items():
        type_: EventType = "created" if id_ in effect.new else "updated"
        shown = msgspec.to_builtins(item)
        del shown["preview_url"]  # it opens for the team's sessions alone
        told[ids.new(now)] = (id_, type_, _body(type_, effect.owners[id_], shown, now))
    for id_ in effect.removed:
        told[ids.new(now)] = (id_, "removed", _body("removed", effect.owners[id_], {"id": str(id_)}, now))
    return told


def _body(type_: EventType, owner: Member, item: dict[str, Any], now: datetime) -> dict[str, Any]:  # JSON
    return {
        "type": f"library_item.{type_}", "occurred_at": now.isoformat().replace("+00:00", "Z"),
        "workspace_id": str(owner.workspace_id), "member": {"id": str(owner.id), "user_id": owner.user_id, "email": owner.email},
        "item": item,
    }  # fmt: skip
