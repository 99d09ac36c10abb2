"""A tenant sees only its own: asked of the database itself, as the API's role, for every table that it protects."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import pytest

from confab.errors import Misconfigured
from confab.model.inbox import WorkspaceId
from confab.store import days, ids
from confab.store.db import Conn, Database, Doors, connect

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
async def owner(doors: Doors) -> AsyncIterator[Conn]:
    conn = await connect(doors.owner)
    yield conn
    await conn.close()


async def tenant_tables(owner: Conn) -> list[str]:
    found = await owner.fetch(
        """SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT attisdropped)
        AND c.relname NOT IN ('sessions', 'account_routes') ORDER BY 1"""
    )
    return [record["relname"] for record in found]


async def fill(owner: Conn, workspace: WorkspaceId) -> None:
    """A row of this workspace in every tenant table; what it says does not matter, so no rule is checked."""
    await owner.execute("SET session_replication_role = replica")
    for table in await tenant_tables(owner):
        columns = await owner.fetch(
            """SELECT a.attname, format_type(a.atttypid, NULL) AS type FROM pg_attribute a
            WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef
            ORDER BY a.attnum""",
            table,
        )
        names = ", ".join(record["attname"] for record in columns)
        values = ", ".join(value_for(record["attname"], record["type"], workspace) for record in columns)
        await owner.execute(f"INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING")
    await owner.execute("SET session_replication_role = DEFAULT")


VALUE_BY_TYPE = {
    "text": "'x'",
    "timestamp with time zone": f"'{NOW.isoformat()}'",
    "date": f"'{NOW.date()}'",
    "bytea": r"'\x00'",
    "jsonb": "'{}'",
    "boolean": "false",
}


def value_for(column: str, kind: str, workspace: WorkspaceId) -> str:
    if column == "workspace_id":
        return f"'{workspace}'"
    return f"'{ids.new(NOW)}'" if kind == "uuid" else VALUE_BY_TYPE.get(kind, "'{}'" if kind.endswith("[]") else "1")


async def drop_checks(owner: Conn) -> None:
    """In this module's copy of the database."""
    checks = await owner.fetch(
        """SELECT conrelid::regclass::text AS owner, conname AS name FROM pg_constraint
        WHERE contype = 'c' AND coninhcount = 0 AND conrelid::regclass::text = ANY($1)""",
        await tenant_tables(owner),
    )
    for check in checks:
        await owner.execute(f"ALTER TABLE {check['owner']} DROP CONSTRAINT {check['name']}")


@pytest.fixture(scope="module")
def two_workspaces(doors: Doors) -> tuple[WorkspaceId, WorkspaceId]:
    """Ours and theirs, both with rows everywhere."""
    ours, theirs = WorkspaceId(ids.new(NOW)), WorkspaceId(ids.new(NOW))

    async def fill_both() -> None:
        conn = await connect(doors.owner)
        try:
            await drop_checks(conn)
            for workspace in (ours, theirs):
                await fill(conn, workspace)
        finally:
            await conn.close()

    asyncio.run(fill_both())
    return ours, theirs


async def seen(conn: Conn, table: str) -> set[WorkspaceId]:
    """Whose rows the role sees; a table it may not even read shows nobody's."""
    allowed = await conn.fetchval("SELECT has_column_privilege($1, 'workspace_id', 'SELECT')", table)
    if not allowed:
        return set()
    return {record[0] for record in await conn.fetch(f"SELECT workspace_id FROM {table}")}


async def test_there_are_tenant_tables_and_each_row_was_written(
    owner: Conn, two_workspaces: tuple[WorkspaceId, WorkspaceId]
) -> None:
    tables = await tenant_tables(owner)
    assert len(tables) > 15
    for table in tables:
        assert set(two_workspaces) <= await seen(owner, table), table


async def test_without_a_workspace_the_api_reads_nothing(
    owner: Conn, app_db: Database, two_workspaces: tuple[WorkspaceId, WorkspaceId]
) -> None:
    for table in await tenant_tables(owner):
        async with app_db.transaction() as conn:
            assert await seen(conn, table) == set(), table


async def test_with_a_workspace_the_api_reads_that_one_alone(
    owner: Conn, app_db: Database, two_workspaces: tuple[WorkspaceId, WorkspaceId]
) -> None:
    ours, _ = two_workspaces
    readable = 0
    for table in await tenant_tables(owner):
        async with app_db.viewing(ours) as conn:
            found = await seen(conn, table)
        assert found <= {ours}, table
        readable += found == {ours}
    assert readable > 12


async def test_the_workspace_ends_with_its_transaction(app_db: Database, two_workspaces: tuple[WorkspaceId, WorkspaceId]) -> None:
    ours, _ = two_workspaces
    for _ in range(8):  # more often than there are connections
        async with app_db.viewing(ours) as conn:
            assert await seen(conn, "conversations") == {ours}
        async with app_db.transaction() as conn:
            assert await seen(conn, "conversations") == set()


async def test_the_api_changes_nothing_of_another_workspace(
    owner: Conn, app_db: Database, two_workspaces: tuple[WorkspaceId, WorkspaceId]
) -> None:
    ours, theirs = two_workspaces
    for table in await tenant_tables(owner):
        for verb, statement in (
            ("UPDATE", f"UPDATE {table} SET workspace_id = workspace_id WHERE workspace_id = '{theirs}'"),
            ("DELETE", f"DELETE FROM {table} WHERE workspace_id = '{theirs}'"),
        ):
            try:
                async with app_db.viewing(ours) as conn:
                    assert await conn.execute(statement) == f"{verb} 0", table
            except asyncpg.InsufficientPrivilegeError:
                continue


async def test_the_api_writes_nothing_into_another_workspace(
    app_db: Database, two_workspaces: tuple[WorkspaceId, WorkspaceId]
) -> None:
    ours, theirs = two_workspaces
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with app_db.viewing(ours) as conn:
            await conn.execute("INSERT INTO labels (workspace_id, name, created_at) VALUES ($1, 'x', now())", theirs)


async def test_nobody_but_the_owner_reaches_a_partition_by_its_own_name(
    owner: Conn, app_db: Database, worker_db: Database, two_workspaces: tuple[WorkspaceId, WorkspaceId]
) -> None:
    async with worker_db.transaction() as conn:
        for table in days.DAILY:
            await days.ensure_day(conn, table, date(2026, 11, 21))
    partitions = [
        record[0]
        for record in await owner.fetch(
            """SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
            WHERE c.relkind IN ('r', 'p')"""
        )
    ]
    assert len(partitions) >= 4
    for partition in partitions:
        for database in (app_db, worker_db):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.viewing(two_workspaces[0]) as conn:
                    await conn.execute(f"SELECT FROM {partition} LIMIT 1")


async def test_every_tenant_table_forces_row_level_security(owner: Conn, worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        await days.ensure_day(conn, "changes", date(2026, 11, 22))
    for table in await tenant_tables(owner):
        flags = await owner.fetchrow(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass", table
        )
        assert flags is not None
        assert tuple(flags) == (True, True), table


async def test_every_key_of_a_tenant_table_begins_with_the_workspace(owner: Conn) -> None:
    """So that the schema can be distributed by it. Agents belong to the installation, so keys that name one do not."""
    keys = await owner.fetch(
        """SELECT c.conrelid::regclass::text AS owner, c.conname AS name, c.contype::text AS kind,
            c.confrelid::regclass::text AS target,
            (SELECT attname FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = c.conkey[1]) AS first
        FROM pg_constraint c WHERE c.contype IN ('p', 'u', 'f') AND c.conrelid::regclass::text = ANY($1)""",
        await tenant_tables(owner),
    )
    wrong = [f"{key['owner']}.{key['name']}" for key in keys if key["first"] != "workspace_id" and key["target"] != "agents"]
    assert wrong == []
    indexes = await owner.fetch(
        """SELECT i.indexrelid::regclass::text AS name FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND i.indrelid::regclass::text = ANY($1) AND a.attname <> 'workspace_id'""",
        await tenant_tables(owner),
    )
    assert [index["name"] for index in indexes] == []


@pytest.mark.parametrize("door", ["app", "worker"])
async def test_our_roles_cannot_walk_around_the_policies(doors: Doors, door: str) -> None:
    conn = await connect(getattr(doors, door))
    try:
        role = await conn.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
        assert role is not None
        assert not any(role[name] for name in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))
        owned = await conn.fetchval("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert owned == 0
    finally:
        await conn.close()


async def test_only_the_worker_reads_access_tokens_and_raw_deliveries(app_db: Database, worker_db: Database) -> None:
    for statement in ("SELECT access_token FROM integrations", "SELECT body FROM deliveries"):
        async with worker_db.transaction() as conn:
            await conn.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with app_db.transaction() as conn:
                await conn.execute(statement)


async def test_the_server_does_not_start_while_a_tenants_table_is_open(doors: Doors) -> None:
    owner = await connect(doors.owner)
    try:
        await owner.execute("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(Misconfigured, match="notes"):
            async with Database.open(doors.app, size=1):
                pass
    finally:
        await owner.execute("ALTER TABLE notes FORCE ROW LEVEL SECURITY")
        await owner.close()
