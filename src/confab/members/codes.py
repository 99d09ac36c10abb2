"""Codes by mail: six digits that somebody who reads mail at an address types in within ten minutes. Rules CS4, CS5."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.mail import letter
from confab.mail.letter import Letter, Seal
from confab.model.inbox import WorkspaceId
from confab.store import members as store
from confab.store.db import Conn

LASTS = timedelta(minutes=10)
TRIES = 5
_DIGITS = 6
_KEY_OF = b"confab member codes"


def key_from(key: bytes) -> bytes:
    """The key that codes are hashed with, from one of the installation's: a code is too short for a plain hash."""
    return hmac.digest(key, _KEY_OF, "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code that somebody asks for: under which name it is kept, where its mail goes and who it is from."""

    workspace: WorkspaceId
    code_id: UUID
    email: str
    brand: str


async def send(conn: Conn, seal: Seal, key: bytes, asked: Asked, now: datetime) -> None:
    """Make a code and have it mailed. Only its keyed hash is kept, and the sealed mail until it is sent."""
    code_id, email, brand = asked.code_id, asked.email, asked.brand
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    await store.keep_code(conn, asked.workspace, code_id, email, _digest(key, code_id, code), now + LASTS)
    text = (
        f"Your code for {brand}:\n\n    {code}\n\nType it into the page that asked for it. It is good for 10 minutes.\n\n"
        "If you did not ask for a code, you need not do anything: without it nobody gets anywhere.\n"
    )
    mail = Letter(to=email, subject=f"{code} is your code for {brand}", text=text)
    await letter.post(conn, seal, asked.workspace, mail, mail=code_id, purpose="code", expires_at=now + LASTS, now=now)


async def try_one(conn: Conn, key: bytes, workspace: WorkspaceId, code_id: UUID, given: str, now: datetime) -> str | None:
    """The address that the code proves, None when it is wrong, too old, or was tried too often.

    The try is counted in the caller's transaction, which must be committed before anybody hears of it.
    """
    known = await store.try_code(conn, workspace, code_id, TRIES, now)
    if known is None or not hmac.compare_digest(known[0], _digest(key, code_id, _typed(given))):
        return None
    return known[1] if await store.use_code(conn, workspace, code_id) else None


def _typed(given: str) -> str:
    """What somebody typed or pasted, without the spaces that mail programs put in."""
    return "".join(given.split()).replace("-", "")[:_DIGITS]


def _digest(key: bytes, code_id: UUID, code: str) -> bytes:
    return hmac.digest(key, code_id.bytes + code.encode("utf-8", "surrogatepass"), "sha256")
