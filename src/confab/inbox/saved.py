"""Saving texts that are written again and again, and what such a text may be. Rules SR1, SR2."""

import re
from dataclasses import replace
from datetime import datetime

from confab.errors import Conflict, Forbidden, Invalid
from confab.inbox import template
from confab.inbox.contents import bad_text
from confab.model.inbox import Viewer
from confab.model.saved import SavedReply, SavedReplyId, Scope
from confab.store import ids, saved_replies
from confab.store.db import Conn

_SHORTCUT = re.compile(r"\w(?:[\w-]{0,30}\w)?")
_LONGEST_TITLE, _LONGEST_TEXT, _MOST = 100, 10_000, 1000


async def save(conn: Conn, viewer: Viewer, scope: Scope, shortcut: str, title: str, text: str, now: datetime) -> SavedReply:
    """Keep a new one. Raises Forbidden, Conflict for a shortcut that is taken, Invalid with the field that is wrong."""
    _may_change(viewer, scope)
    if await saved_replies.count(conn, viewer) >= _MOST:
        raise Conflict(f"At most {_MOST} replies are saved; remove some that nobody uses.")
    new = SavedReply(
        id=SavedReplyId(ids.new(now)), scope=scope, shortcut=_shortcut(shortcut), title=_title(title), text=_text(text),
        created_at=now, updated_at=now, version=1,
    )  # fmt: skip
    await saved_replies.insert(conn, viewer, new, viewer.agent_id if scope == "personal" else None)
    return new


async def change(
    conn: Conn, viewer: Viewer, saved: SavedReplyId, shortcut: str | None, title: str | None, text: str | None, now: datetime
) -> SavedReply:
    """Change it; what is None stays. Raises as `save`, and NotFound."""
    known = await saved_replies.for_viewer(conn, viewer, saved)
    _may_change(viewer, known.scope)
    new = replace(
        known, shortcut=_shortcut(shortcut) if shortcut is not None else known.shortcut,
        title=_title(title) if title is not None else known.title, text=_text(text) if text is not None else known.text,
    )  # fmt: skip
    await saved_replies.update(conn, viewer, saved, new.shortcut, new.title, new.text, now)
    return await saved_replies.for_viewer(conn, viewer, saved)


async def remove(conn: Conn, viewer: Viewer, saved: SavedReplyId) -> None:
    """Forget it. Raises NotFound, Forbidden."""
    _may_change(viewer, (await saved_replies.for_viewer(conn, viewer, saved)).scope)
    await saved_replies.remove(conn, viewer, saved)


def _may_change(viewer: Viewer, scope: Scope) -> None:
    if scope == "workspace" and viewer.role == "agent":
        raise Forbidden("Owners and admins keep the workspace's saved replies; your own are yours.", roles=["owner", "admin"])


def _shortcut(given: str) -> str:
    shortcut = given.strip().removeprefix("/").lower()
    if not _SHORTCUT.fullmatch(shortcut) or bad_text(shortcut) is not None:
        raise Invalid("A shortcut is one word of 1 to 32 letters, digits, - and _.", field="shortcut")
    return shortcut


def _title(given: str) -> str:
    title = " ".join(given.split())
    if bad_text(title) is not None or len(title) > _LONGEST_TITLE:
        raise Invalid(f"A title has 1 to {_LONGEST_TITLE} characters.", field="title")
    return title


def _text(given: str) -> str:
    text = given.strip()
    wrong = bad_text(text)
    if wrong is not None or len(text) > _LONGEST_TEXT:
        raise Invalid(wrong or f"A saved reply has at most {_LONGEST_TEXT} characters.", field="text")
    unknown = template.unknown(text)
    if unknown is not None:
        known = ", ".join(f"{{{name}}}" for name in template.VARIABLES)
        raise Invalid(f"There is no variable {{{unknown}}}. There are {known}.", field="text", code="unknown_variable")
    return text
