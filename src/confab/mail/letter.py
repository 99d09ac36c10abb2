"""A mail: whom it goes to and what it says, sealed while it waits."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from confab.errors import Invalid
from confab.model.inbox import WorkspaceId
from confab.store import mails
from confab.store.db import Conn

Seal = Callable[..., bytes]
"""Seals a text for the owner of these ids: a vault's."""

_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,189}", re.ASCII)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail in plain text."""

    to: str
    subject: str
    text: str


async def post(  # noqa: PLR0913 -- a row has as many columns as it has
    conn: Conn,
    seal: Seal,
    workspace: WorkspaceId,
    letter: Letter,
    *,
    mail: UUID,
    purpose: str,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Have a letter sent, in the caller's transaction; after `expires_at` it is not sent any more."""
    sealed = seal(msgspec.json.encode(letter).decode(), workspace, mail)
    await mails.enqueue(conn, workspace, mail, purpose, sealed, expires_at=expires_at, now=now)


def address(given: str) -> str:
    """An address in the form that we keep, one that a mail can be sent to. Raises Invalid."""
    found = given.strip().lower()
    if not _ADDRESS.fullmatch(found) or "." not in found.rpartition("@")[2].strip("."):
        raise Invalid("This is not an e-mail address.", field="email")
    return found
