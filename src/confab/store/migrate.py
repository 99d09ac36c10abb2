"""Forward-only migrations: plain SQL files, applied in order, once, by one process at a time."""

import hashlib
from contextlib import suppress
from datetime import date, timedelta
from importlib import resources
from itertools import product
from typing import LiteralString, cast

import asyncpg

from confab.errors import Misconfigured
from confab.store.days import DAILY, ensure_day
from confab.store.db import Conn, Door, connect

_LOCK = 0x636F6E666162  # "confab": one migrator at a time on this database
_WITHOUT_TRANSACTION = "-- no transaction"
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    digest bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)"""

_DROP_INVALID = """
DO $$
DECLARE
    unfinished regclass;
BEGIN
    FOR unfinished IN
        SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' WHERE NOT i.indisvalid
    LOOP
        EXECUTE format('DROP INDEX %s', unfinished);
    END LOOP;
END $$
"""  # what a CREATE INDEX CONCURRENTLY leaves that was stopped in the middle


def files() -> dict[str, str]:
    """Every migration by name, in the order in which they are applied."""
    folder = resources.files("confab.store") / "migrations"
    return {
        entry.name: entry.read_text() for entry in sorted(folder.iterdir(), key=lambda e: e.name) if entry.name.endswith(".sql")
    }


async def migrate(owner: Door) -> list[str]:
    """Apply what has not been applied; the names of what was. A second run, also at the same time, does nothing."""
    conn = await connect(owner)
    try:
        await conn.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await conn.execute(_LEDGER)
        applied = {record["name"]: record["digest"] for record in await conn.fetch("SELECT name, digest FROM schema_migrations")}
        missing = {name: sql for name, sql in files().items() if not _is_applied(name, sql, applied)}
        for name, sql in missing.items():
            await _apply(conn, name, sql)
        if missing:
            await conn.execute("ANALYZE")
        return list(missing)
    finally:
        await conn.close()


async def make_ready(owner: Door, today: date) -> list[str]:
    """Migrate, and have the partitions of today and tomorrow there before the first delivery comes."""
    applied = await migrate(owner)
    conn = await connect(owner)
    try:
        for table, day in product(DAILY, (today, today + timedelta(days=1))):
            with suppress(asyncpg.LockNotAvailableError):  # somebody reads it all: the default partition will do
                async with conn.transaction():
                    await ensure_day(conn, table, day)
    finally:
        await conn.close()
    return applied


def _is_applied(name: str, sql: str, applied: dict[str, bytes]) -> bool:
    if name not in applied:
        return False
    if applied[name] != _digest(sql):
        raise Misconfigured(f"Migration {name} differs from what was applied here; migrations are never edited once released.")
    return True


async def _apply(conn: Conn, name: str, sql: str) -> None:
    statement = cast(LiteralString, sql)  # our own file, shipped with the package
    if sql.startswith(_WITHOUT_TRANSACTION):
        await conn.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await conn.execute(_DROP_INVALID)
        await conn.execute(statement)
        await _record(conn, name, sql)
        return
    async with conn.transaction():
        await conn.execute("SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'")
        await conn.execute(statement)
        await _record(conn, name, sql)


async def _record(conn: Conn, name: str, sql: str) -> None:
    await conn.execute("INSERT INTO schema_migrations (name, digest) VALUES ($1, $2)", name, _digest(sql))


def _digest(sql: str) -> bytes:
    return hashlib.sha256(sql.encode()).digest()
