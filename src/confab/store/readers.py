"""Users of the database who may read workspaces through the views: docs/connect.md. Rule CN9.

Whoever calls is the owner, in a transaction. Names reach the statements as settings of that transaction, and are quoted there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from confab.store.db import Conn, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A user, and the names of the workspaces that it sees."""

    name: str
    workspaces: list[str]


async def exists(conn: Conn, name: str) -> bool:
    """Whether the server has a user or role of this name, whoever made it."""
    return bool(await conn.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", name))


async def is_reader(conn: Conn, name: str) -> bool:
    """Whether it is one that reads the views, and nothing more."""
    return bool(
        await conn.fetchval(
            """SELECT true FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
            WHERE m.roleid = 'confab_reader'::regrole AND r.rolname = $1 AND r.rolcanlogin
                AND NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)
                AND NOT EXISTS (SELECT FROM pg_auth_members o WHERE o.member = m.member AND o.roleid <> m.roleid)""",
            name,
        )
    )


async def create(conn: Conn, name: str, verifier: str, workspaces: Sequence[UUID]) -> None:
    """A user that sees these workspaces, and looks into the views first. `verifier`: SCRAM-SHA-256, never the password."""
    await conn.execute(
        "SELECT set_config('confab.reader', $1, true), set_config('confab.reader_verifier', $2, true)", name, verifier
    )
    await conn.execute("""DO $$ BEGIN
        EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L IN ROLE confab_reader', current_setting('confab.reader'),
            current_setting('confab.reader_verifier'));
        EXECUTE format('ALTER ROLE %I SET search_path = views', current_setting('confab.reader'));
    END $$""")
    await conn.execute("SET LOCAL ROLE confab_worker")  # the owner is under row-level security, too
    await conn.execute("INSERT INTO readers (workspace_id, role) SELECT unnest($1::uuid[]), $2::name", list(workspaces), name)
    await conn.execute("SET LOCAL ROLE NONE")


async def remove(conn: Conn, name: str) -> None:
    """The user sees nothing from now on, where it is logged in too, and cannot log in again."""
    await conn.execute("SELECT set_config('confab.reader', $1, true)", name)
    await conn.execute("SET LOCAL ROLE confab_worker")
    await conn.execute("DELETE FROM readers WHERE role = $1::name", name)
    await conn.execute("SET LOCAL ROLE NONE")
    await conn.execute("DO $$ BEGIN EXECUTE format('DROP ROLE %I', current_setting('confab.reader')); END $$")


async def known(conn: Conn) -> list[Reader]:
    """Every reader, by name. As the worker: across workspaces."""
    return await rows(
        conn,
        Reader,
        """SELECT r.role::text AS name, array_agg(w.name ORDER BY w.name) AS workspaces
        FROM readers r JOIN workspaces w USING (workspace_id) GROUP BY r.role ORDER BY r.role""",
    )
