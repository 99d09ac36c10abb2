"""Which of our processes are alive: each holds an advisory lock, which ends with its connection."""

from typing import Literal

from confab.store.db import Conn

_CLASS = 0x636F6E66  # "conf"
_KEY_BY_ROLE = {"worker": 1}


async def announce(conn: Conn, role: Literal["worker"]) -> None:
    """Be seen as a process of this kind for as long as the connection lasts."""
    await conn.execute("SELECT pg_advisory_lock_shared($1, $2)", _CLASS, _KEY_BY_ROLE[role])


async def is_there(conn: Conn, role: Literal["worker"]) -> bool:
    """Whether a process of this kind is connected to this database. Any role may see it."""
    found = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
        AND classid = $1::bigint::oid AND objid = $2::bigint::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""",
        _CLASS, _KEY_BY_ROLE[role],
    )  # fmt: skip
    return bool(found)
