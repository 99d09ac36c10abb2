"""Connections, transactions and rows: the few lines through which every statement passes."""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, LiteralString, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec

from confab.errors import ConfabError, Misconfigured
from confab.model.inbox import WorkspaceId

Conn = asyncpg.Connection
Transaction = AbstractAsyncContextManager[Conn]
Record = asyncpg.Record
Row = TypeVar("Row")

_UNUSED_S = 30.0  # then a connection goes, and the memory of its server process with it

GONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)
"""What a lost or refusing server raises: the work was not done, or was rolled back; try again later."""

NOT_TEXT = asyncpg.CharacterNotInRepertoireError
"""A value holds a NUL character, the one that PostgreSQL cannot keep in a text."""

_WORKER = "confab_worker"
_STRUCTURED = frozenset({list, dict})

_INSTALLATION_TABLES = ("sessions", "account_routes")
"""They name a workspace and belong to the installation: reached through a handful of store functions."""

_FLOOD = 16
_KEEP_PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"
REFUSED = (*GONE, asyncpg.PostgresError)
"""Those, and everything else a server can say instead of doing it: a full disk, a missing right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One way into the database: how to connect, and the role we are inside. `take_role`: by SET ROLE, not by login.

    The worker goes by indexes: a plan made while a table is empty (the queue mostly is) would read all of it, again and again,
    once a backlog has filled it. See also `plan_anew`.
    """

    connect: Mapping[str, Any] = field(repr=False)  # asyncpg.connect's own keywords; may hold a password
    role: str
    take_role: bool = False

    def arguments(self) -> dict[str, Any]:  # asyncpg's keywords are of many types
        """Keywords for asyncpg. The role is the session's default, so nothing short of a statement of ours resets it."""
        settings = {"application_name": f"confab {self.role}", "timezone": "UTC", "jit": "off"}
        if self.role == _WORKER:
            settings["enable_seqscan"] = "off"
        if self.take_role:
            settings["role"] = self.role
        return {**self.connect, "server_settings": settings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The three doors: migrations, the API, the worker."""

    owner: Door
    app: Door
    worker: Door


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A row of the change feed, but for its number."""

    workspace_id: UUID
    type: str
    subject_id: UUID
    body: bytes
    at: datetime


_news: dict[Conn, list[News]] = {}  # of transactions that are open


def news_of(conn: Conn) -> list[News]:
    """What the transaction on this connection will tell, in order; whoever tells something appends to it.

    It is numbered with the COMMIT, in one round trip: the counter of a workspace is held for as long as that takes and no longer.
    """
    return _news[conn]


_endings: dict[Conn, list[Callable[[bool], None]]] = {}  # of transactions that are open


def at_end(conn: Conn, ending: Callable[[bool], None]) -> None:
    """Call `ending` once the transaction on this connection is over: with True when it is committed, else with False.

    False says that it was undone, or that nobody knows. It must not raise.
    """
    _endings[conn].append(ending)


async def _commit(conn: Conn, news: Sequence[News]) -> None:
    """Number what there is to tell, and commit: in one round trip, for which the values have to be literals.

    Of a flood those cost more than a round trip: a literal takes twice the time of a parameter, on both sides.
    """
    columns = _columns_of(news)
    if len(news) > _FLOOD:
        await conn.execute("SELECT publish_changes($1, $2, $3, $4, $5, $6, $7, $8)", *columns)
        await conn.execute("COMMIT")
    elif news:
        given = ", ".join("'{" + ",".join(map(_literal, column)) + "}'" for column in columns)
        await conn.execute(f"SELECT publish_changes({given}); COMMIT")  # pyright: ignore[reportArgumentType] -- see _literal
    else:
        await conn.execute("COMMIT")


def _columns_of(news: Sequence[News]) -> tuple[Sequence[object], ...]:
    """What `publish_changes` takes. The order of workspaces is that of their ids, as everybody takes the counters."""
    counts = Counter[UUID]()
    steps: list[int] = []
    for one in news:
        counts[one.workspace_id] += 1
        steps.append(counts[one.workspace_id])
    return (
        [one.workspace_id for one in news], [one.type for one in news], [one.subject_id for one in news],
        [one.body for one in news], [one.at for one in news], steps,
        sorted(counts), [counts[workspace] for workspace in sorted(counts)],
    )  # fmt: skip


def _literal(value: object) -> str:
    """An element of an array: an id, a number, a time, bytes, or the name of one of our own types; nothing else."""
    match value:
        case bytes():
            return f'"\\\\x{value.hex()}"'
        case datetime():
            return f'"{value.isoformat()}"'
        case str():
            assert value.replace("_", "").isalpha()  # noqa: S101 -- the name of a type
            return value
        case _:
            assert isinstance(value, UUID | int)  # noqa: S101 -- there is no other column
            return str(value)


class Database:
    """A pool behind one door. Transactions begin and end here and nowhere else."""

    def __init__(self, pool: asyncpg.Pool, door: Door) -> None:
        self._pool = pool
        self.door = door

    @classmethod
    @asynccontextmanager
    async def open(cls, door: Door, *, size: int) -> AsyncGenerator["Database"]:
        """Connect as the door's role. Raises Misconfigured when that role could walk around row-level security."""
        async with asyncpg.create_pool(
            **door.arguments(),
            min_size=1,
            max_size=size,
            init=_prepare,
            reset=_keep,
            command_timeout=60,
            max_inactive_connection_lifetime=_UNUSED_S,
        ) as pool:
            await _refuse_a_role_that_bypasses(pool, door)
            await _refuse_an_open_table(pool)
            yield cls(pool, door)

    def transaction(self) -> Transaction:
        """One transaction on one connection: commits when the block ends, rolls back when it raises.

        `conn.transaction()` within it is none: see `undoable`.
        """
        return self._begun("BEGIN")

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[Conn]:
        """For a single statement, which is a transaction by itself: a third of the round trips."""
        async with self._pool.acquire() as conn:
            yield conn

    def by_key(self) -> Transaction:
        """A transaction in which every statement looks rows up by their keys: its plans are made once and kept.

        PostgreSQL would make many of them anew each time, for the list of keys might be long, and spend more on that than on
        what they do.
        """
        return self._begun(f"BEGIN; {_KEEP_PLANS}")

    def viewing(self, workspace: WorkspaceId, *, by_key: bool = False) -> Transaction:
        """A transaction that sees one workspace: the policies read the setting, which ends with the transaction.

        `by_key`: as above. Begun and set in one round trip, which only a statement without parameters can do.
        """
        begin = f"BEGIN; SELECT set_config('confab.workspace_id', '{UUID(str(workspace))}', true)"
        return self._begun(f"{begin}; {_KEEP_PLANS}" if by_key else begin)

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncGenerator[Conn]:
        async with self._pool.acquire() as conn:
            news: list[News] = []
            endings: list[Callable[[bool], None]] = []
            is_over = False
            try:
                await conn.execute(begin)  # pyright: ignore[reportArgumentType] -- literals, and at most an id
                _news[conn], _endings[conn] = news, endings
                yield conn
                await _commit(conn, news)
                is_over = True
            finally:
                _news.pop(conn, None)
                _endings.pop(conn, None)
                for ending in endings:
                    ending(is_over)
                if not is_over and not conn.is_closed():
                    await conn.execute("ROLLBACK")


@asynccontextmanager
async def undoable(conn: Conn) -> AsyncGenerator[None]:
    """A part of a transaction: when the block raises, what it did is undone, and the rest goes on."""
    await conn.execute("SAVEPOINT undoable")
    news, endings, is_done = len(_news[conn]), len(_endings[conn]), False
    try:
        yield
        is_done = True
    finally:
        if not is_done:
            del _news[conn][news:]
            undone = _endings[conn][endings:]
            del _endings[conn][endings:]
            for ending in undone:
                ending(False)
        if not conn.is_closed():
            await conn.execute("RELEASE undoable" if is_done else "ROLLBACK TO undoable; RELEASE undoable")


def in_short(error: BaseException) -> str:
    """What went wrong, without any value: an error's own text may quote what a participant wrote."""
    if isinstance(error, ConfabError):
        return f"{type(error).__name__}: {error.detail}"
    constraint: str | None = getattr(error, "constraint_name", None)
    return f"{type(error).__name__} ({constraint})" if constraint else type(error).__name__


async def connect(door: Door) -> Conn:
    """A connection of one's own, for listening and for migrations; the caller closes it."""
    conn: Conn = await asyncpg.connect(**door.arguments())
    await _prepare(conn)
    return conn


async def rows(conn: Conn, shape: type[Row], sql: LiteralString, *values: object) -> list[Row]:
    """Every row as a `shape`, built from the columns of the same names."""
    return [shape(**record) for record in await conn.fetch(sql, *values)]


async def row(conn: Conn, shape: type[Row], sql: LiteralString, *values: object) -> Row | None:
    """The first row as a `shape`, or None."""
    record = await conn.fetchrow(sql, *values)
    return None if record is None else shape(**record)


def taken(record: Record, shape: type[Row]) -> Row:
    """A `shape` of those columns of a wider row that it has fields for."""
    return shape(**{name: value for name, value in record.items() if name in shape.__dataclass_fields__})  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] -- every shape is a dataclass


async def run(conn: Conn, sql: LiteralString, *values: object) -> int:
    """Run a statement; how many rows it touched."""
    status = await conn.execute(sql, *values)
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


def behind(count: int, sql: LiteralString) -> LiteralString:
    """The statement with its parameters numbered behind so many others: it becomes a part of another one."""
    return re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + count}", sql)  # pyright: ignore[reportReturnType] -- numbers alone differ


_LISTS = re.compile(r"unnest\(((?:\s*\$\d+::\w+\[\],?)+)\)(\s+WITH ORDINALITY)?")


def for_one(sql: LiteralString) -> LiteralString:
    """A statement for many rows as one for a single row, which costs half: values in the place of lists; see `only`."""

    def value(found: re.Match[str]) -> str:
        return f"(VALUES ({found[1].replace('[]', '')}{', 1' if found[2] else ''}))"

    return _LISTS.sub(value, sql)  # pyright: ignore[reportReturnType] -- made of what was there


def only(values: Sequence[object]) -> list[object]:
    """What such a statement takes: of each list its one value."""
    return [_bare(cast("list[object]", value)[0] if isinstance(value, list) else value) for value in values]


def _bare(value: object) -> object:
    return value.value if isinstance(value, Json) else value


async def plan_anew(conn: Conn) -> None:
    """Forget this connection's plans: the next ones are made for tables as large as they are now. Before a large batch.

    A plan is kept until its tables are analysed, which is after the first flood; and one made for an empty table joins it
    row by row with another: minutes instead of milliseconds.
    """
    await conn.execute("DISCARD PLANS")


async def _prepare(conn: Conn) -> None:
    await conn.set_type_codec("jsonb", encoder=_encode_json, decoder=msgspec.json.decode, schema="pg_catalog")


@dataclass(frozen=True, slots=True)
class Json:
    """A value for a jsonb column inside an array, where a plain list would be taken for a further dimension."""

    value: object


def columns(values: Sequence[object], names: Sequence[str]) -> list[list[object]]:
    """The attributes of many values, a list for each name: what `unnest` takes. Lists and objects go to jsonb."""
    return [_column(list(map(attrgetter(name), values))) for name in names]


def _column(given: list[object]) -> list[object]:
    if _STRUCTURED.isdisjoint(map(type, given)):
        return given
    return [Json(value) if type(value) in _STRUCTURED else value for value in given]


def _encode_json(value: object) -> str:
    return msgspec.json.encode(value.value if isinstance(value, Json) else value).decode()


async def _keep(_conn: Conn) -> None:
    """Nothing to reset on release: every setting of ours is local to its transaction."""


async def _refuse_an_open_table(pool: asyncpg.Pool) -> None:
    """A table with a workspace in it must hide its rows from everybody, its owner included."""
    open_tables = await pool.fetch(
        """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relforcerowsecurity
            AND c.relname <> ALL ($1) ORDER BY c.relname""",
        list(_INSTALLATION_TABLES),
    )
    if open_tables:
        names = ", ".join(str(record["relname"]) for record in open_tables)
        raise Misconfigured(f"Row-level security is not forced on {names}: run `confab migrate` as the owner of the database.")


async def _refuse_a_role_that_bypasses(pool: asyncpg.Pool, door: Door) -> None:
    role = await pool.fetchrow("SELECT rolname, rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = current_user")
    if role is None or role["rolname"] != door.role or role["bypasses"]:
        raise Misconfigured(
            f"The database role in effect is {role and role['rolname']!r}: it must be {door.role!r} and must not be able to "
            "walk around row-level security. Grant that role to the user of CONFAB_DATABASE_URL."
        )
