"""Commands about database users of other programs, which read the views and nothing else."""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from confab.commands.session import Session, with_session
from confab.errors import Conflict, Invalid, Misconfigured, NotFound
from confab.store import readers
from confab.store.db import Conn, connect
from confab.store.readers import Reader
from confab.team import passwords

_NAME = re.compile(r"(?!pg_|confab_)[a-z][a-z0-9_]{0,62}")
_ROUNDS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A user of the database, and its password, which is kept nowhere."""

    name: str
    password: str = field(repr=False)


def create_reader(name: str, workspaces: Sequence[str]) -> Created:
    """Make a user that reads these workspaces. Raises Invalid, Conflict when the name is taken, NotFound for a workspace."""
    if _NAME.fullmatch(name) is None:
        raise Invalid(
            "NAME must be of small letters, digits and _, begin with a letter, and not with pg_ or confab_.", field="NAME"
        )
    password = passwords.generated()

    async def create(session: Session) -> Created:
        seen = [await session.workspace(one) for one in dict.fromkeys(workspaces)]
        async with _owning(session) as conn:
            if await readers.exists(conn, name):
                raise Conflict(f"The database server has a user {name} already: choose another name, or remove that one first.")
            await readers.create(conn, name, verifier(password, os.urandom(16)), seen)
        return Created(name=name, password=password)

    return with_session(create)


def remove_reader(name: str) -> None:
    """End a user that reads the views, at once. Raises NotFound when it is none: nobody else's user is touched."""

    async def remove(session: Session) -> None:
        async with _owning(session) as conn:
            if not await readers.is_reader(conn, name):
                raise NotFound(f"There is no reader {name}. `confab reader list` shows those that there are.")
            await readers.remove(conn, name)

    with_session(remove)


def list_readers() -> list[Reader]:
    """Every reader of a workspace, by name."""

    async def found(session: Session) -> list[Reader]:
        async with session.worker.transaction() as conn:
            return await readers.known(conn)

    return with_session(found)


def verifier(password: str, salt: bytes) -> str:
    """What PostgreSQL keeps of a password: so it is in no statement, and in no log of the server. Source: RFC 5803."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_ROUNDS}:{salt64}${stored64}:{server64}"


@asynccontextmanager
async def _owning(session: Session) -> AsyncGenerator[Conn]:
    """A transaction as the owner of the database, who alone may make users."""
    conn = await connect(session.doors.owner)
    try:
        async with conn.transaction():
            yield conn
    except asyncpg.InsufficientPrivilegeError as error:
        raise Misconfigured(
            f"The user of CONFAB_DATABASE_URL may not do this ({error}): give it CREATEROLE, as docs/operations.md says."
        ) from error
    finally:
        await conn.close()
